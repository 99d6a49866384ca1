const jobs = [
  async () => echo('ok'),
  async () => { throw new Error(echo('broken')); },
  () => Promise.reject('plain'),
  async () => 42,
];
const results = await Promise.allSettled(jobs.map(job => job()));
results.map(r => r.status === 'fulfilled' ? r.value : `failed: ${r.reason.message ?? r.reason}`);
