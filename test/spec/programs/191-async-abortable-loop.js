let cancelled = false;
async function worker(id, out) {
  for (let i = 0; i < 4 && !cancelled; i++) {
    out.push(i);
    if (i === 2) cancelled = true;
    await null;
  }
  return id;
}
const out = [];
const id = await worker('w1', out);
({ id, out, cancelled });
