// A tool that yields is a loop; leaving it early lets the tool clean up.
const seen = []
for (const n of count_down(10)) {
  seen.push(n)
  if (n === 8) break
}
seen
