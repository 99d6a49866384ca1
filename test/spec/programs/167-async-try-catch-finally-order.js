const log = [];
async function task(fails) {
  try {
    log.push('start');
    if (fails) throw new Error('boom');
    return 'done';
  } catch (e) {
    log.push(`caught ${e.message}`);
    return 'recovered';
  } finally {
    log.push('finally');
  }
}
const results = [await task(false), await task(true)];
({ results, log });
