// Asks again and again. The demo kills its daemon while the last question
// waits: after the restart the program goes on at that line, with all
// that it knew, and no call is made again.
const offers = []
let decision
do {
  offers.push(100 - 10 * offers.length)
  append_file('offers.txt', `${offers.at(-1)}\n`)
  decision = human_approval(`Buy for ${offers.at(-1)} EUR`, { offers })
  console.log(offers.at(-1), decision.approved ? 'yes' : decision.reason)
} while (!decision.approved)
final_answer({ offers, bought_for: offers.at(-1), by: decision.by })
