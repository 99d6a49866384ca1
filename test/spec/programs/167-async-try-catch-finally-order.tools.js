const log = [];
async function task(fails) {
  try {
    log.push(echo('start'));
    if (fails) throw new Error('boom');
    return echo('done');
  } catch (e) {
    log.push(`caught ${e.message}`);
    return 'recovered';
  } finally {
    log.push(echo('finally'));
  }
}
const results = [await task(false), await task(true)];
({ results, log });
