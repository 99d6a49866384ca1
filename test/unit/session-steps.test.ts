/** What a session is repeated from has all texts, since nothing answers a worker that asks for more. */

import t from 'tap'
import { wholeRecords } from '../../daemon/sessions/session-run.ts'
import { Journal } from '../../executor/calls/journal.ts'
import { PIECE_BYTES, TextBudget } from '../../executor/calls/text-budget.ts'

const LONG = 'x'.repeat(PIECE_BYTES - 1)
const SHORT = 'y'.repeat(1000)

function journalOf(...texts: readonly string[]): Journal {
  const journal = new Journal()
  for (const [i, text] of texts.entries()) {
    journal.deliver({ seq: i + 1, tool: 'a', request: 'call a', effect: 'once', text, atMs: 0 })
  }
  return journal
}

t.test('a step has the texts beyond a piece, which a run asks for', async t => {
  const journal = journalOf(LONG, SHORT)
  const lengths = (texts?: TextBudget) => journal.deliveries(texts).map(one => one.text?.length)
  t.strictSame(lengths(), [LONG.length, undefined])
  t.strictSame(lengths(TextBudget.unlimited()), [LONG.length, SHORT.length])
})

t.test('a run that is the state of its session is stored, however long its answers', async t => {
  const { records } = journalOf(...Array.from({ length: 20 }, () => LONG))
  const none = async () => t.fail('nothing is in the store') as never
  t.equal(await wholeRecords(records, none), undefined)
  t.equal((await wholeRecords(records, none, true))?.length, 20)
})
