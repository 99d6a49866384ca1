/** What a worker may send about one run: as much as the limits of its execution leave. */

import t from 'tap'
import { MessageReader } from '../../executor/pool/message-reader.ts'
import { resolveLimits } from '../../protocol/limits.ts'

const limits = resolveLimits({ maxCalls: 2, maxLogBytes: 32_000, maxCallBytes: 10 })
const readerOf = (more = {}) =>
  new MessageReader({ limits, emittedLogs: 0, session: undefined, ...more })
const line = { level: 'log', text: 'x', atMs: 0 }
const call = { kind: 'call', callNumber: 1, tool: 0, input: 'p[]', isBlocking: true, atMs: 0 }
const report = {
  outcome: { status: 'stopped' },
  logs: [],
  logsTruncatedBytes: 0,
  cpuMs: 0,
  waitMs: 0,
  peakMemoryBytes: 0,
}

t.test('what a worker of ours sends is read as it is', async t => {
  const reader = readerOf()
  t.strictSame(reader.message(call), call)
  t.strictSame(reader.message({ kind: 'logs', lines: [line] }), { kind: 'logs', lines: [line] })
  t.strictSame(reader.report(report), report)
})

t.test('the lines of all messages and runs together are as many as a log has', async t => {
  const lines = (count: number) => ({ kind: 'logs', lines: Array(count).fill(line) })
  const reader = readerOf()
  // 1000 lines, and the marker.
  t.ok(reader.message(lines(1000)))
  t.ok(reader.message(lines(1)))
  t.throws(() => reader.message(lines(1)), /a list of lines of 1, limit 0/)
  t.throws(() => readerOf({ emittedLogs: 1000 }).message(lines(2)), /a list of lines of 2, limit 1/)
})

t.test('a run asks for no more than its calls', async t => {
  // Requests about files have numbers too, 1000 of them in any case.
  const beyond = { ...call, callNumber: 1003 }
  t.throws(() => readerOf().message(beyond), /a call number of 1003, limit 1002/)
  const reader = readerOf()
  for (let i = 0; i < 8; i++) t.ok(reader.message(call))
  t.throws(() => reader.message(call), /requests of 1, limit 0/)
  const file = { kind: 'file', callNumber: 1, operation: 'read', input: '[]', atMs: 0 }
  for (let i = 0; i < 1000; i++) t.ok(reader.message(file))
  t.throws(() => reader.message(file), /requests of 1, limit 0/)
  const input = `p${'x'.repeat(11)}`
  t.throws(() => readerOf().message({ ...call, input }), /arguments of 11, limit 10/)
})

t.test('a session leaves no more than its memory, in bytes that nobody shares', async t => {
  const session = { snapshot: undefined }
  const snapshot = new Uint8Array(8)
  t.strictSame(readerOf({ session }).report({ ...report, snapshot }), { ...report, snapshot })
  t.throws(() => readerOf().report({ ...report, snapshot }), /without a session/)
  const shared = new Uint8Array(new SharedArrayBuffer(8))
  t.throws(() => readerOf({ session }).report({ ...report, snapshot: shared }))
  const large = new Uint8Array(limits.memoryBytes + 2 ** 25)
  t.throws(() => readerOf({ session }).report({ ...report, snapshot: large }), /a snapshot of/)
})
