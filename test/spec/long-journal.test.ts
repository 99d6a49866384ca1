/** Long journals: an execution that goes on takes them in pieces, and nobody else waits for it. */

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import type { ReadRecord } from '../../executor/calls/journal.ts'
import { Latencies } from '../../executor/calls/latencies.ts'
import { PIECE_BYTES } from '../../executor/calls/text-budget.ts'
import { RunningExecution } from '../../executor/execution/execution.ts'
import { journalCeiling } from '../../executor/execution/machine-limits.ts'
import { planExecution } from '../../executor/execution/plan.ts'
import { makePool } from '../../executor/pool/engine-pools.ts'
import { Supervision } from '../../executor/pool/watchdog.ts'
import { NO_USAGE } from '../../executor/record/fold-execution.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { encodeValue } from '../../protocol/values/values.ts'
import { delivery, reclaimed, submission } from '../conformance/store-samples.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { isolation } from '../support/isolation.ts'
import { stateFolder } from '../support/state-folder.ts'

const MIB = 1024 * 1024

t.test(
  'a store gives a journal without its long texts, and those when they are asked for',
  async t => {
    const store = await openSqliteStore({
      stateDir: stateFolder(t),
      onLost: error => t.error(error),
    })
    t.teardown(() => store.close())
    const thrown = `e${JSON.stringify({ name: 'Error', message: 'é'.repeat(30_000), code: 'C' })}`
    const texts = [
      ...Array.from({ length: 40 }, (_, n) => `"${n}${'x'.repeat(50_000)}"`),
      `"${'é'.repeat(100_000)}"`,
      `"\ud800${'x'.repeat(2000)}"`,
      thrown,
      ...Array.from({ length: 4 }, () => `"${'y'.repeat(MIB / 2)}"`),
      '"short"',
    ]
    await store.submit(submission('e1'))
    await store.append('e1', 1, { records: texts.map((text, n) => delivery(n + 1, n + 1, text)) })
    for (const journal of [await store.journal('e1'), await reclaimed(store, 'e1')]) {
      const read = journal?.records ?? []
      const here = read.filter(({ text }) => typeof text === 'string')
      const bytes = here.reduce((sum, { text }) => sum + (text as string).length, 0)
      t.ok(bytes <= PIECE_BYTES, `${bytes} bytes came with the journal`)
      for (const [n, { text }] of read.entries()) {
        const size = typeof text === 'string' ? Buffer.byteLength(text) : text.bytes
        t.equal(size, Buffer.byteLength(texts[n] as string), `bytes of text ${n}`)
      }
      t.strictSame(read.at(-1)?.text, '"short"', 'a short text comes however many came before')
      t.strictSame(read[42]?.text, { bytes: Buffer.byteLength(thrown), code: 'C' })
    }
    t.strictSame(await store.texts('e1', [47, 41, 42, 1]), [
      texts[46],
      texts[40],
      texts[41],
      texts[0],
    ])
  },
)

t.test(
  'a guest that is brought back asks for a piece at a time, in whatever order it takes',
  async t => {
    const pool = makePool(isolation, 1)
    await pool.start()
    t.teardown(() => pool.close())
    const big = normalizeTool({ name: 'big', description: '', execute: () => t.fail('made again') })
    // Two concurrent ones are settled before the blocking one that the guest takes first.
    const source = `const early = [big.async(1), big.async(2)]
    let sum = big(3).length
    for (const text of await Promise.all(early)) sum += text.length
    for (let n = 4; n <= 40; n++) sum += big(n).length
    return sum`
    const toolbox = new Toolbox([big])
    const plan = planExecution({ source, language: 'javascript' }, toolbox, undefined, 'test')
    const sizes = Array.from({ length: 40 }, (_, n) =>
      n < 8 ? 300_000 : n < 12 ? 2 * MIB : 20_000,
    )
    const texts = sizes.map(size => encodeValue('x'.repeat(size), 'text'))
    const records = texts.map(
      (text, n): ReadRecord => ({
        ...delivery(n + 1, n + 1),
        tool: 'big',
        request: `call big ${encodeValue([n + 1], 'args')}`,
        text: { bytes: text.length },
      }),
    )
    let most = 0
    let reads = 0
    let firstRead: readonly number[] = []
    const running = new RunningExecution(
      plan,
      { pool, supervision: new Supervision(), latencies: new Latencies() },
      {
        onEvent: () => {},
        showApproval: async () => {},
        expireApproval: () => {},
        writer: {
          isDurable: true,
          record: () => t.fail('something new was recorded'),
          program: () => {},
          sync: async () => {},
          readTexts: async callNumbers => {
            reads++
            if (reads === 1) firstRead = callNumbers
            const read = callNumbers.map(callNumber => texts[callNumber - 1] as string)
            const bytes = read.reduce((sum, text) => sum + text.length, 0)
            if (read.length > 1) most = Math.max(most, bytes)
            return read
          },
        },
      },
      {
        records,
        approvals: [],
        events: [],
        startedAtMs: Date.now(),
        usage: NO_USAGE,
        program: undefined,
      },
    )
    const end = await running.run()
    const sum = sizes.reduce((all, size) => all + size, 0)
    t.equal(end.kind === 'ended' && end.execution.status, 'completed', JSON.stringify(end))
    t.strictSame(
      end.kind === 'ended' && 'output' in end.execution && end.execution.output.value,
      sum,
    )
    t.equal(firstRead[0], 3, 'the one that the guest takes is read first')
    t.ok(most > 300_000 && most <= PIECE_BYTES, `${most} bytes were read at once`)
    t.ok(reads < 40, `${reads} reads`)
    t.ok(running.heldBytes < 1000, 'and nothing of it stays')
  },
)

t.test('a journal of 64 MB holds up nobody when its execution goes on', async t => {
  const env = {
    LATCHD_STATE_DIR: stateFolder(t),
    LATCHD_TOOLS: fixture('tools/long-answers.mjs'),
    LATCHD_WORKERS: '2',
  }
  const first = await testDaemon(t, env)
  const source = `let sum = 0
    for (let n = 0; n < 16; n++) sum += long_answer(4_000_000).length
    human_approval('go on?')
    return sum + held_answer()`
  const { body } = await post(`${first.url}/v1/executions`, {
    source,
    limits: { memoryBytes: 256 * MIB },
  })
  const { executionId } = body
  const asked = await get(`${first.url}/v1/executions/${executionId}?waitMs=60000`)
  t.equal(asked.body.status, 'waiting', JSON.stringify(asked.body.error))
  t.ok((await heldBytes(first.url)) < 2 * MIB, 'what the store has is not held in memory')
  await first.close()
  const { url } = await testDaemon(t, env)
  // The second worker comes when it is wanted.
  const busy = { source: 'let n = 0; for (let i = 0; i < 3e6; i++) n += i; n' }
  await Promise.all([post(`${url}/v1/execute`, busy), post(`${url}/v1/execute`, busy)])
  await post(`${url}/v1/approvals/${asked.body.waitingFor[0].approvalId}`, { decision: 'approve' })
  const decidedMs = performance.now()
  const others: number[] = []
  // Its guest has come through the journal when its next call is there.
  for (;;) {
    const fromMs = performance.now()
    const { body: other } = await post(`${url}/v1/execute`, { source: '1 + 1' })
    others.push(performance.now() - fromMs)
    t.equal(other.output?.value, 2)
    const { body: one } = await get(`${url}/v1/executions/${executionId}`)
    if (one.calls.some(({ tool }: { tool: string }) => tool === 'held_answer')) break
    if (one.status === 'failed') return t.fail(JSON.stringify(one.error))
    await delay(5)
  }
  // At once it held the daemon up for as long as all of it took.
  const wholeMs = performance.now() - decidedMs
  const slowestMs = Math.max(...others)
  t.ok(
    slowestMs < wholeMs / 2,
    `the slowest of ${others.length} others took ${slowestMs} of ${wholeMs} ms`,
  )
  const held = await heldBytes(url)
  t.ok(held < 2 * MIB, `${held} bytes of 64 000 000 are held`)
  await post(`${url}/v1/execute`, { source: 'release_answer()' })
  const ended = await get(`${url}/v1/executions/${executionId}?waitMs=30000`)
  t.equal(ended.body.output?.value, 64_000_001, JSON.stringify(ended.body.error))
})

t.test('the ceiling of a journal fits the machine', async t => {
  const GIB = 1024 * MIB
  t.equal(journalCeiling({ heapBytes: 4.1 * GIB, memoryBytes: 24 * GIB }), GIB)
  t.equal(journalCeiling({ heapBytes: 2 * GIB, memoryBytes: 4 * GIB }), GIB / 2)
  t.equal(journalCeiling({ heapBytes: 2 * GIB, memoryBytes: GIB }), GIB / 8)
  t.equal(journalCeiling({ heapBytes: 2 * GIB, memoryBytes: GIB / 4 }), 64 * MIB)
})

/** What the calls of all executions hold, by the daemon's own metric. */
async function heldBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^latchd_held_bytes\{kind="calls"\} (\S+)$/m.exec(text)?.[1])
}
