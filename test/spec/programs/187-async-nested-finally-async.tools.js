const trace = [];
const step = async name => { trace.push(echo(name)); };
async function outer() {
  try {
    try {
      await step('work');
      throw new Error('inner');
    } finally {
      await step('inner finally');
    }
  } catch (e) {
    await step(`caught ${e.message}`);
    return 'value';
  } finally {
    await step('outer finally');
  }
}
trace.push(await outer());
trace;
