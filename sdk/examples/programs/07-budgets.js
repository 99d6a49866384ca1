// Dozens of calls and thousands of numbers; only the summary leaves.
const over = []
for (const person of get_team()) {
  const budget = get_budget(person)
  const quarters = await Promise.all(
    ['Q1', 'Q2', 'Q3', 'Q4'].map(q => get_expenses(person, q)),
  )
  const totals = quarters.map(receipts =>
    receipts.reduce((sum, { amount }) => sum + amount, 0),
  )
  const worst = Math.max(...totals)
  if (worst > budget) over.push({ person, budget, worst })
}
console.table(over)
final_answer(
  over.map(
    ({ person, worst, budget }) => `${person}: ${worst - budget} over`,
  ),
)
