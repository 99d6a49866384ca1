const generate = (open, close = open, text = '') => {
  if (!open && !close) return [text];
  return [
    ...(open ? generate(open - 1, close, text + '(') : []),
    ...(close > open ? generate(open, close - 1, text + ')') : []),
  ];
};
generate(3);
