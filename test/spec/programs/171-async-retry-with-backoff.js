async function retry(fn, times = 3) {
  const errors = [];
  for (let attempt = 1; attempt <= times; attempt++) {
    try {
      return { value: await fn(attempt), attempt, errors };
    } catch (e) {
      errors.push(e.message);
      await new Promise(r => setTimeout(r, 0.1 * attempt));
    }
  }
  throw new Error(`Failed after ${times}: ${errors.join('; ')}`);
}
const flaky = async n => { if (n < 3) throw new Error(`try ${n}`); return 'finally'; };
const good = await retry(flaky);
const bad = await retry(flaky, 2).catch(e => e.message);
[good, bad];
