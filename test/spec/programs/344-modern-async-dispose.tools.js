const log = [];
const connect = async name => ({ name, async [Symbol.asyncDispose]() { log.push(`closed ${name}`); } });
async function work() {
  await using a = await connect(echo('db'));
  await using b = await connect('cache');
  log.push(`using ${a.name} and ${b.name}`);
  return echo('result');
}
[await work(), log];
