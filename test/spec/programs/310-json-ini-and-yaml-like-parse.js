const text = '# comment\n[server]\nhost = localhost\nport=8080\n\n[flags]\ndebug = true\nratio = 0.5\nname = "a b"';
const result = {};
let section = result;
for (const raw of text.split('\n')) {
  const line = raw.replace(/#.*/, '').trim();
  const head = /^\[(.+)]$/.exec(line);
  if (head) { section = result[head[1]] = {}; continue; }
  const [, key, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (key) { try { section[key] = JSON.parse(value); } catch { section[key] = value; } }
}
result;
