const re = /\w+|[^\w\s]/y;
const input = 'if x1>=y: z';
const out = [];
while (re.lastIndex < input.length) {
  const at = re.lastIndex;
  const m = re.exec(input);
  if (m) out.push(m[0]);
  else re.lastIndex = at + 1;
}
out;
