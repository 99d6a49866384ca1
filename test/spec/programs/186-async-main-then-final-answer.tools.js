async function main() {
  const scores = lookup('scores');
  const passed = scores.filter(s => s >= echo(70));
  return { passed: passed.length, best: Math.max(...passed) };
}
main().then(final_answer).catch(console.error);
