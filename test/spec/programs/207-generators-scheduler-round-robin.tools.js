function* job(name, steps) { for (let i = 1; i <= steps; i++) yield `${name}${echo(i)}`; return `${name} done`; }
const queue = [job('A', 2), job('B', 1), job('C', echo(3))];
const output = [];
while (queue.length) {
  const current = queue.shift();
  const { value, done } = current.next();
  output.push(value);
  if (!done) queue.push(current);
}
output;
