// `refund` is a tool that declares needsApproval: each call waits for a person, five of them at once.
const refunds = [
  ['order_1', 20],
  ['order_2', 900],
  ['order_3', 35],
  ['order_4', 10],
  ['order_5', 55],
]
const outcomes = await Promise.allSettled(refunds.map(([order, amount]) => refund(order, amount)))
outcomes.map(({ value, reason }) => value ?? `${reason.name}: ${reason.reason}`)
