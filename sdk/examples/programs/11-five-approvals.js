// `refund` is a tool that declares needsApproval: each call waits for a
// person, five of them at once.
const amounts = [20, 900, 35, 10, 55]
const outcomes = await Promise.allSettled(
  amounts.map((amount, i) => refund(`order_${i + 1}`, amount)),
)
outcomes.map(
  ({ value, reason }) => value ?? `${reason.name}: ${reason.reason}`,
)
