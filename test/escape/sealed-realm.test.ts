/**
 * What JavaScript in the realm of a worker reaches, and what it leaves behind, at the level of the run
 * (`npm run attacks` runs both): nothing of the network, of descriptors or of other threads, and
 * nothing that a later execution would meet.
 */

import t from 'tap'
import { allowedGlobals, allowedOfProcess } from '../../executor/worker/allowed-names.ts'
import { intrude, intrudedExecutor } from '../support/intruder.ts'
import { isolation } from '../support/isolation.ts'
import { rowsOf } from '../support/length.ts'
import { unharmed } from '../support/one-worker.ts'
import { implants, portMessages, waysOut } from './attempts/sealed-realm.ts'

t.test(`only the names that are allowed are in the realm (${isolation})`, async t => {
  const executor = intrudedExecutor(t, isolation)
  const names = (target: string) =>
    intrude(
      executor,
      `return Reflect.ownKeys(${target}).filter(key => ${target}[key] !== undefined).map(String)`,
    )
  const allowed = (set: ReadonlySet<PropertyKey>) => new Set(Array.from(set, String))
  const globals = new Set((await names('globalThis')) as string[])
  t.strictSame([...globals.difference(allowed(allowedGlobals))], [])
  const ofProcess = new Set((await names('process')) as string[])
  t.strictSame([...ofProcess.difference(allowed(allowedOfProcess))], [])
})

t.test(`ways out of the realm (${isolation})`, async t => {
  const executor = intrudedExecutor(t, isolation)
  for (const [what, code] of [...waysOut, ...implants]) {
    t.strictSame(await intrude(executor, code), [], `a program that ${what}`)
    await unharmed(t, executor)
  }
})

t.test(`anything on the port of the answers ends that thread alone (${isolation})`, async t => {
  const executor = intrudedExecutor(t, isolation)
  // The same code guards the ports of both levels.
  const tried = isolation === 'thread' ? rowsOf(portMessages) : portMessages.slice(0, 3)
  for (const [what, message] of tried) {
    const post = `for (const port of found.ports) if (port !== task.port) port.postMessage(${message})`
    const source = `//intruder
      if (found.isUsed) { ${post}; await new Promise(() => {}) }
      return false`
    // So that the program knows the thread in which it does so.
    t.equal(await intrude(executor, 'return found.isUsed = true'), true)
    // It is lost, and the program runs once more in another thread.
    t.match(await executor.execute({ source }), { output: false }, what)
    t.equal(await intrude(executor, 'return found.isUsed = true'), true)
    const silent = { source: `//intruder\n${post}; return true` }
    // Whoever reports at once is the one that pays, and not the next one.
    t.match(await executor.execute(silent), { error: { code: 'ENGINE_FAILURE' } }, what)
    await unharmed(t, executor)
  }
})

t.test(`a thread that does not begin its next task is replaced (${isolation})`, async t => {
  const executor = intrudedExecutor(t, isolation)
  await intrude(executor, 'setImmediate(() => setTimeout(() => { for (;;); })); return 1')
  await unharmed(t, executor)
})

t.test(
  `a thread's base snapshot is its own, and is whole after a doubt (${isolation})`,
  async t => {
    const executor = intrudedExecutor(t, isolation, 2)
    const wanted = 'code cannot be made from text here'
    const change = `
    const text = Buffer.from(${JSON.stringify(wanted)})
    const placeIn = bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(text)
    const { bytes } = found.base.find(({ bytes }) => placeIn(bytes) > 0)
    const isOwn = found.base.every(({ bytes }) => bytes.buffer instanceof ArrayBuffer)
    bytes.set(Buffer.from('X'.repeat(text.length)), placeIn(bytes))
    return isOwn`
    t.equal(await intrude(executor, change), true)
    // Ends at the end of its memory, which is a doubt.
    const full = 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1))'
    const limits = { memoryBytes: 8 * 1_048_576 }
    const beside = Array.from({ length: 8 }, () => executor.execute({ source: full, limits }))
    for (const outcome of await Promise.all(beside)) t.equal(outcome.status, 'failed')
    const source = 'let text; try { eval("1") } catch (error) { text = error.message } text'
    const after = await Promise.all(Array.from({ length: 12 }, () => executor.execute({ source })))
    for (const { output } of after) t.match(output, wanted)
  },
)

t.test('a line of the process without the proof of its run is not believed', async t => {
  const held = Promise.withResolvers<string>()
  const transfers: unknown[] = []
  const asked = Promise.withResolvers<void>()
  const executor = intrudedExecutor(t, 'process', 2, {
    wait: async () => {
      asked.resolve()
      return await held.promise
    },
    transfer: async to => transfers.push(to),
  })
  const victim = executor.execute({ source: 'const answer = wait(); "victim got " + answer' })
  await asked.promise
  const report = {
    outcome: {
      status: 'completed',
      isFinalAnswer: true,
      output: { json: '"FORGED"', text: 'x', exact: true },
    },
    logs: [],
    logsTruncatedBytes: 0,
    cpuMs: 0,
    waitMs: 0,
    peakMemoryBytes: 0,
  }
  const call = { kind: 'call', callNumber: 9, tool: 2, input: 'p["m"]', isBlocking: false, atMs: 0 }
  const proof = '0'.repeat(32)
  const lines = [
    { kind: 'message', run: 1, message: call, proof },
    { kind: 'report', run: 1, report, proof },
  ]
  const source = `//intruder
    for (const line of ${JSON.stringify(lines)}) found.writeSync(3, JSON.stringify(line) + '\\n')
    await new Promise(resolve => setTimeout(resolve, 5000))`
  // It is suspected with the other one, tries again alone, and is lost for good.
  t.match(await executor.execute({ source }), { status: 'failed' })
  held.resolve('an honest answer')
  const { output } = await victim
  t.equal(output, 'victim got an honest answer')
  t.strictSame(transfers, [])
  await unharmed(t, executor)
})
