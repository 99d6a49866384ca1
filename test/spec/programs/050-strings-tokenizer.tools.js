function tokenize(input) {
  const spec = [['number', /^\d+(\.\d+)?/], ['name', /^[a-z_]\w*/i], ['op', /^[-+*\/=()]/], ['space', /^\s+/]];
  const tokens = [];
  while (input) {
    const [type, re] = spec.find(([, r]) => r.test(input)) || [];
    if (!type) throw new SyntaxError(`Unexpected "${input[0]}"`);
    const [text] = re.exec(input);
    if (type !== 'space') tokens.push({ type, text: echo(text) });
    input = input.slice(text.length);
  }
  return tokens;
}
tokenize(echo('total = price * (1 + 0.2)'));
