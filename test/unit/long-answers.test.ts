/** Long strings in a journal: their texts are made when somebody reads them. */

import t from 'tap'
import { LongString } from '../../executor/boundary/string-reply.ts'
import { Journal } from '../../executor/calls/journal.ts'

/** A long string that counts how often its text was made. */
class Watched extends LongString {
  made = 0

  override get text(): string {
    this.made++
    return super.text
  }
}

const facts = (callNumber: number) =>
  ({ callNumber, tool: 'a', request: 'call a', effect: 'once', atMs: 0 }) as const
const text = (string: string) => `j${JSON.stringify(string)}`

t.test('the text of an answer is made for those who read the record', async t => {
  const journal = new Journal()
  const long = new Watched('"ä\n'.repeat(20_000))
  const record = journal.deliver(facts(1), long)
  t.notOk(journal.isOver(1e6))
  t.equal(journal.requestOf(1), 'call a')
  t.equal(journal.heldBytes, long.string.length)
  t.equal(long.made, 0)
  t.equal(record.text, text(long.string))
  t.strictSame(structuredClone(record), { ...record, text: text(long.string) })
  t.equal(journal.deliveries()[0]?.text, text(long.string))
  const written = long.made
  t.ok(written > 0)
})

t.test('near a limit the texts are counted to the byte', async t => {
  const strings = ['\u0001'.repeat(30_000), 'é"'.repeat(40_000), 'plain '.repeat(30_000)]
  const bytes = strings.map(string => Buffer.byteLength(text(string)))
  const journal = new Journal()
  let sum = 0
  for (const [i, string] of strings.entries()) {
    journal.deliver(facts(i + 1), new LongString(string))
    sum += bytes[i] as number
    t.ok(journal.isOver(sum - 1))
    t.notOk(journal.isOver(sum))
    t.equal(journal.heldBytes, sum)
  }
  journal.deliver(facts(4), 'j1')
  t.ok(journal.isOver(sum + 1))
  t.notOk(journal.isOver(sum + 2))
  const next = new LongString('x'.repeat(100_000))
  t.notOk(journal.isSurelyWithin(sum + 2 + next.mostBytes - 1, next))
  t.ok(journal.isSurelyWithin(sum + 2 + next.mostBytes, next))
})

t.test('a text that the store has is dropped, and counts as before', async t => {
  const journal = new Journal()
  const strings = Array.from({ length: 12 }, (_, i) => `${i}`.repeat(1_000_000))
  const records = strings.map((string, i) => journal.deliver(facts(i + 1), new LongString(string)))
  const sum = strings.reduce((bytes, string) => bytes + text(string).length, 0)
  journal.release(records)
  t.ok(journal.heldBytes < sum / 2)
  t.match(journal.records[0]?.text, { bytes: text(strings[0] as string).length })
  t.notOk(journal.isOver(sum))
  t.ok(journal.isOver(sum - 1))
})
