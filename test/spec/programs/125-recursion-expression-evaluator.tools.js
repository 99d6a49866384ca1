function evaluate(text) {
  let pos = 0;
  const peek = () => text[pos];
  const number = () => {
    let s = '';
    while (/[\d.]/.test(peek() ?? '')) s += text[pos++];
    return echo(Number(s));
  };
  const factor = () => {
    if (peek() === '(') { pos++; const v = sum(); pos++; return v; }
    if (peek() === '-') { pos++; return -factor(); }
    return number();
  };
  const term = () => {
    let v = factor();
    while (peek() === '*' || peek() === '/') v = text[pos++] === '*' ? v * factor() : v / factor();
    return v;
  };
  function sum() {
    let v = term();
    while (peek() === '+' || peek() === '-') v = text[pos++] === '+' ? v + term() : v - term();
    return v;
  }
  text = text.replace(/\s+/g, '');
  return sum();
}
['1 + 2 * 3', '(1 + 2) * 3', echo('-4 / (2 - 6)'), '2.5*4-1'].map(evaluate);
