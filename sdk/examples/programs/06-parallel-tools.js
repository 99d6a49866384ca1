// Different tools at once; failures are counted, not thrown.
const outcomes = parallel(
  [
    [get_weather, 'London'],
    [get_exchange_rate, 'EUR'],
    [fetch_user_data, 'user_456'],
    [fetch_user_data, 'nobody'],
  ],
  { settle: true },
)
const failed = outcomes.filter(outcome => outcome.status === 'rejected')
final_answer({
  total_calls: outcomes.length,
  successful_calls: outcomes.length - failed.length,
  failed_calls: failed.length,
  reason: failed[0].reason.message,
})
