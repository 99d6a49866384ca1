const log = [];
const open = name => ({ name, [Symbol.dispose]() { log.push(`close ${name}`); } });
{
  using a = open('a');
  using b = open('b');
  log.push(`use ${a.name}${b.name}`);
}
function work() { using c = open('c'); return log.push('work'); }
work();
log;
