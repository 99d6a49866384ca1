const log = [];
const connect = async name => ({ name, async [Symbol.asyncDispose]() { log.push(`closed ${name}`); } });
async function work() {
  await using a = await connect('db');
  await using b = await connect('cache');
  log.push(`using ${a.name} and ${b.name}`);
  return 'result';
}
[await work(), log];
