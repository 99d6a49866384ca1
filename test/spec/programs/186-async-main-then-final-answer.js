async function main() {
  const scores = [88, 92, 79, 65, 95, 70, 88, 54];
  const passed = scores.filter(s => s >= 70);
  return { passed: passed.length, best: Math.max(...passed) };
}
main().then(final_answer).catch(console.error);
