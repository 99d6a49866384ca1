/** What a session is repeated from has all texts, since nothing answers a worker that asks for more. */

import { zstdDecompressSync } from 'node:zlib'
import t from 'tap'
import { readSessionRun, wholeRecords, writeSessionRun } from '../../daemon/sessions/session-run.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import { Journal } from '../../executor/calls/journal.ts'
import { PIECE_BYTES, TextBudget } from '../../executor/calls/text-budget.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import type { Execution } from '../../protocol/execution/execution.ts'

const LONG = 'x'.repeat(PIECE_BYTES - 1)
const SHORT = 'y'.repeat(1000)

function journalOf(...texts: readonly string[]): Journal {
  const journal = new Journal()
  for (const [i, text] of texts.entries()) {
    const facts = { tool: 'a', request: 'call a', effect: 'once', atMs: 0 } as const
    journal.deliver({ callNumber: i + 1, ...facts }, text)
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

t.test(
  'a stored run names the call of a record `seq`, as every version has written it',
  async t => {
    const { records } = journalOf('p1')
    const plan = { toolbox: new Toolbox([]), limits: {}, caller: 'one' } as unknown as ExecutionPlan
    const run = { program: undefined, startedAtMs: 1, records: records as readonly JournalRecord[] }
    const execution = { status: 'completed', output: { value: 1 } } as unknown as Execution
    const bytes = (await writeSessionRun(plan, run, execution, 'r')) as Uint8Array
    const written = JSON.parse(zstdDecompressSync(bytes).toString())
    t.strictSame(
      written.claimed.records,
      records.map(({ callNumber: seq, ...rest }) => ({ ...rest, seq })),
    )
    t.strictSame(readSessionRun(bytes).claimed.records, records)
  },
)
