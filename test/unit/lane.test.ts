/** A lane: which frames reach whom, what crosses as it was, and that no wake-up is lost. */

import assert from 'node:assert/strict'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type AsciiText, asciiTextOf } from '../../executor/boundary/ascii-text.ts'
import {
  deliveryFrame,
  type LongFrame,
  MAX_TEXT_CHARS,
  readTask,
  taskFrame,
} from '../../executor/boundary/lane-frames.ts'
import type { Delivery, GuestReport, GuestTask } from '../../executor/boundary/messages.ts'
import {
  charsOfReply,
  LongString,
  type StringReply,
  textOfReply,
} from '../../executor/boundary/string-reply.ts'
import { createExecutor } from '../../executor/index.ts'
import { Lane } from '../../executor/pool/lane.ts'
import { WorkerLane } from '../../executor/worker/lane.ts'
import { serveLane } from '../../executor/worker/serve-lane.ts'
import {
  DOWN,
  GuestState,
  LOOKING,
  POSTED,
  SLOT_BYTES,
  STATE,
  UP,
  UP_AT,
} from '../../protocol/latch.ts'
import { type Limits, resolveLimits } from '../../protocol/limits.ts'
import { random } from '../soak/random.ts'
import { anyCharacter } from '../support/any-character.ts'
import { isLong } from '../support/length.ts'

const task: GuestTask = {
  serial: '01234567-0123-4567-8901-012345678901',
  executionId: 'exe_1',
  source: 'const text = "a line\nand \ud800 half a character"',
  language: 'javascript',
  program: undefined,
  wantsProgram: false,
  tools: '[["echo",null,null]]',
  session: undefined,
  inputs: 'p{"a":"\ud800"}',
  seed: [1, 2, 3, 0xffffffff],
  startedAtMs: 1_700_000_000_000.5,
  timeZone: undefined,
  limits: resolveLimits({}),
  journal: [{ callNumber: 1, text: 'p"one\n"', atMs: 5.25, request: 'call echo p[1]' }],
  isRestored: false,
  emittedLogs: 0,
  chargedCpuMs: 0,
  expectedMs: { 0: 12.5, 1: Infinity },
}

const report: GuestReport = {
  outcome: { status: 'stopped' },
  logs: [],
  logsTruncatedBytes: 0,
  cpuMs: 0,
  waitMs: 0,
  peakMemoryBytes: 0,
}

/** Acts of a host beside the texts that a guest sends. */
const [LOOK, START, STOP, TURN] = [Symbol('look'), Symbol('start'), Symbol('stop'), Symbol('turn')]

/** A lane whose worker's end is here. */
function openLane(t: Test) {
  const faults: string[] = []
  const lane = new Lane(() => faults.push('fault'))
  const worker = new WorkerLane(lane.start)
  t.teardown(() => lane.lose(new Error('over')))
  const heard: unknown[] = []
  const listener = {
    onMessage: (message: unknown) => heard.push(['message', message]),
    onReport: (report: unknown) => heard.push(['report', report]),
    onFailure: ({ message }: Error) => heard.push(['failure', message]),
  }
  return { lane, worker, heard, faults, listener }
}

/** Waits until so much was heard; what has not come after many turns of the event loop does not come. */
async function until(heard: readonly unknown[], count: number): Promise<void> {
  for (let turns = 0; heard.length < count && turns < 10_000; turns++) {
    await new Promise<void>(resolve => setImmediate(resolve))
  }
}

t.test('a task arrives as it was sent, as a text and as an object', async t => {
  const shared = { tools: task.tools, limits: task.limits }
  const read = (frame: string | LongFrame) => {
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(frame)
    const received = receiveMessageOnPort(port2)?.message
    port1.close()
    return JSON.parse(JSON.stringify(readTask(received, shared)))
  }
  const plain = (of: GuestTask) => JSON.parse(JSON.stringify(of))
  t.type(taskFrame(task), 'string')
  t.strictSame(read(taskFrame(task)), plain(task))
  const { expectedMs } = readTask(taskFrame(task), shared)
  t.strictSame(expectedMs, task.expectedMs, 'an endless time is one')
  for (const more of [
    { session: { snapshot: new Uint8Array(4) } },
    { program: { code: 'x'.repeat(MAX_TEXT_CHARS), map: '' } },
    { inputs: `p"${'x'.repeat(MAX_TEXT_CHARS)}"` },
    { journal: Array(1000).fill({ callNumber: 1, text: 'x'.repeat(100), atMs: 1, request: '' }) },
  ]) {
    const long = { ...task, ...more }
    t.type(taskFrame(long), 'object')
    t.strictSame(read(taskFrame(long)), plain(long))
  }
})

t.test('tools cross once, and again when they are others', async t => {
  const { lane, worker, listener } = openLane(t)
  const toolsOf = (tools: string) => {
    lane.begin(listener)
    lane.run({ ...task, tools })
    const command = worker.nextCommand()
    return command?.kind === 'task' && command.task.tools
  }
  for (const tools of ['[]', '["a"]', '["a"]', '[]']) t.equal(toolsOf(tools), tools)
})

t.test('limits cross once, and again when they are others', async t => {
  const { lane, worker, listener } = openLane(t)
  const given = new Set<unknown>()
  const limitsOf = (limits: Limits, inputs?: string) => {
    lane.begin(listener)
    lane.run({ ...task, inputs, limits })
    const command = worker.nextCommand()
    if (command?.kind !== 'task') throw new Error('there is no task')
    given.add(command.task.limits)
    return command.task.limits
  }
  const few = resolveLimits({ maxCalls: 1 })
  for (const limits of [task.limits, few, few, resolveLimits({})])
    t.strictSame(limitsOf(limits), limits)
  t.strictSame(limitsOf(few, 'x'.repeat(MAX_TEXT_CHARS)), few, 'beside a long frame too')
  t.equal(given.size, 4, 'of the second of two nothing has crossed')
})

t.test('deliveries reach their task alone, in order', async t => {
  const { lane, worker, listener } = openLane(t)
  const first = lane.begin(listener)
  lane.post(deliveryFrame(first, { callNumber: 1, text: 'p"late"', atMs: 5 }))
  const second = lane.begin(listener)
  const asked = lane.ask('collect')
  const text = 'x'.repeat(MAX_TEXT_CHARS)
  lane.post(deliveryFrame(first, { callNumber: 1, text, atMs: 5 }))
  lane.post(deliveryFrame(second, { callNumber: 1, text: 'p"a\nb"', atMs: 6.5 }))
  lane.post(deliveryFrame(second, { callNumber: 2, text: '', atMs: 7 }))
  lane.post(deliveryFrame(second, { callNumber: 3, text, atMs: 8 }))
  t.strictSame(
    [worker.nextDelivery(second), worker.nextDelivery(second)],
    [
      { callNumber: 1, atMs: 6.5, text: 'p"a\nb"' },
      { callNumber: 2, atMs: 7, text: '' },
    ],
  )
  t.ok(worker.nextDelivery(second)?.text === text)
  t.equal(worker.nextDelivery(second), undefined)
  const question = worker.nextCommand()
  t.match(question, { kind: 'question', what: 'collect' }, 'what came between is not lost')
  if (question?.kind === 'question') worker.answer(question.id, {})
  t.equal(await asked, '{}')
  t.equal(worker.nextCommand(), undefined)
})

t.test('a long string crosses as bytes when it is ASCII, and else as it is', async t => {
  const { lane, worker, listener } = openLane(t)
  const serial = lane.begin(listener)
  for (const string of ['x\n"'.repeat(9000), 'é'.repeat(20_000), '\ud800'.repeat(20_000)]) {
    lane.post(deliveryFrame(serial, { callNumber: 1, text: { string }, atMs: 5 }))
    const { text, ...rest } = worker.nextDelivery(serial) as Delivery
    t.strictSame(rest, { callNumber: 1, atMs: 5 })
    t.ok(textOfReply(text) === `j${JSON.stringify(string)}`)
    t.equal(charsOfReply(text), string.length)
  }
})

t.test('the bytes of a long string are those of its text', async t => {
  const part = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.constantFrom('\ud800', '\udc00', '\0'),
  )
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(part), parts => {
        const long = new LongString(parts.join(''))
        assert.equal(long.bytes, Buffer.byteLength(long.text))
      }),
    ),
  )
})

t.test('arguments that cross as bytes arrive as their text', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const serial = lane.begin(listener)
  const call = {
    kind: 'call',
    callNumber: 1,
    tool: 0,
    input: '',
    isBlocking: true,
    atMs: 0,
  } as const
  const input = asciiTextOf('j["x"]')
  worker.send(serial, call, input)
  t.equal(input.length, 0, 'the bytes have changed hands')
  await until(heard, 1)
  t.strictSame(heard, [['message', { ...call, input: 'j["x"]' }]])
})

t.test('memory that has changed hands is used again, and by no other execution', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const call = {
    kind: 'call',
    callNumber: 1,
    tool: 0,
    input: '',
    isBlocking: true,
    atMs: 0,
  } as const
  const input = `j["${'secret'.repeat(9000)}"]`
  const string = 'x'.repeat(20_000)
  /** Bytes of the memory in which a string comes. */
  const memoryOf = (serial: string) => {
    lane.deliver(serial, { callNumber: 1, text: { string }, atMs: 5 })
    const { text } = worker.nextDelivery(serial) as Delivery
    t.ok(textOfReply(text) === `j"${string}"`)
    return ((text as StringReply).string as AsciiText).bytes.buffer.byteLength
  }
  const first = lane.begin(listener)
  for (const count of [1, 2]) {
    worker.send(first, call, asciiTextOf(input))
    await until(heard, count)
  }
  t.equal(memoryOf(first), input.length)
  t.equal(memoryOf(first), string.length, 'it is not here any more')
  worker.send(first, call, asciiTextOf(input))
  await until(heard, 3)
  t.equal(memoryOf(lane.begin(listener)), string.length)
})

t.test('shared memory of arguments is not used again', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const serial = lane.begin(listener)
  const ascii = new Uint8Array(new SharedArrayBuffer(65_536))
  lane.start.port.postMessage({ tag: 'm', serial, value: {}, ascii })
  await until(heard, 1)
  lane.deliver(serial, { callNumber: 1, text: { string: 'x'.repeat(20_000) }, atMs: 5 })
  const { text } = worker.nextDelivery(serial) as Delivery
  t.equal(((text as StringReply).string as AsciiText).bytes.buffer.byteLength, 20_000)
})

t.test('messages and the report of a task reach its listener, and nothing after it', async t => {
  const { lane, worker, heard, faults, listener } = openLane(t)
  const serial = lane.begin(listener)
  worker.send(serial, { kind: 'clear-timer', callNumber: 1 })
  const input = `p"${'x'.repeat(MAX_TEXT_CHARS)}"`
  const call = { kind: 'call', callNumber: 2, tool: 0, input, isBlocking: true, atMs: 1 } as const
  worker.send(serial, call)
  worker.fail(serial, new Error('no report'))
  await until(heard, 3)
  const [short, long, end] = heard as [unknown[], [string, typeof call], unknown[]]
  t.strictSame(
    [short, end],
    [
      ['message', '{"kind":"clear-timer","callNumber":1}'],
      ['failure', 'no report'],
    ],
  )
  t.ok(long[1].input === input, 'a long text crosses in an object')
  t.strictSame([faults, lane.isSound], [[], true])
  const asked = lane.ask('statistics')
  const next = lane.begin(listener)
  worker.send(serial, { kind: 'clear-timer', callNumber: 1 })
  await t.rejects(asked, /a frame that no worker sends/)
  t.strictSame(heard.slice(3), [['failure', 'its thread has sent a frame that no worker sends']])
  t.strictSame([faults.length > 0, lane.isSound], [true, false])
  worker.send(next, { kind: 'clear-timer', callNumber: 1 })
  await until(heard, 5)
  t.equal(heard.length, 4, 'nor is anything believed that comes behind')
})

t.test('who has sent more than its report has none', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const serial = lane.begin(listener)
  const asked = lane.ask('collect')
  worker.report(serial, report)
  const question = worker.nextCommand()
  if (question?.kind === 'question') worker.answer(question.id, {})
  t.equal(await asked, '{}', 'an answer may follow')
  t.match(heard, [['report', JSON.stringify(report)]])
  const next = lane.begin(listener)
  worker.report(next, report)
  worker.send(next, { kind: 'clear-timer', callNumber: 1 })
  await until(heard, 2)
  t.match(heard[1], ['failure', 'its thread has sent a frame that no worker sends'])
})

t.test('what a thread has sent before it is lost is heard', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  worker.send(lane.begin(listener), { kind: 'clear-timer', callNumber: 1 })
  lane.lose(new Error('it is gone'))
  t.strictSame(heard, [
    ['message', '{"kind":"clear-timer","callNumber":1}'],
    ['failure', 'it is gone'],
  ])
})

/**
 * Runs programs whose calls are answered before, while and after the worker falls asleep.
 *
 * @param atOnce programs at a time, on two workers
 * @param calls of each program, one after the other
 */
async function answerAtAllTimes(t: Test, programs: number, atOnce: number, calls: number) {
  const draw = random(20_261_129)
  const ways = [
    async () => {},
    () => new Promise<void>(resolve => queueMicrotask(resolve)),
    () => new Promise<void>(resolve => setImmediate(resolve)),
    async () => {
      // As long as a worker takes to fall asleep, more or less.
      for (let left = draw.below(20_000); left > 0; left--);
    },
  ]
  const answer = async (n: number) => {
    await draw.oneOf(ways)?.()
    return n + 1
  }
  let threads = 0
  const onThread = () => threads++
  process.on('worker', onThread)
  t.teardown(() => process.off('worker', onThread))
  const executor = createExecutor({ workers: 2, tools: { answer } })
  t.teardown(() => executor.close())
  // A guest that sleeps on parks after ten seconds: its time is over before.
  const limits = { wallMs: 8000 }
  const source = `let sum = 0
    for (let i = 0; i < ${calls}; i++) sum += answer(i)
    for (const one of await Promise.all([0, 1, 2].map(i => answer.async(i)))) sum += one
    return sum`
  const sum = (calls * (calls + 1)) / 2 + 6
  let rest = programs
  const run = async () => {
    while (rest-- > 0) {
      const { status, output } = await executor.execute({ source, limits })
      if (status !== 'completed' || output !== sum) return t.fail(`${status} ${output}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, run))
  t.equal(rest, -atOnce)
  t.equal(threads, 2, 'no thread was ended for a task that it did not begin')
}

// More at a time than there are workers: guests park and are resumed between the others.
t.test('no wake-up is lost, whenever a worker falls asleep', t =>
  answerAtAllTimes(t, isLong ? 600 : 250, 5, 20),
)

// One at a time with many calls: its waits spin, where there is a core for it.
t.test('no wake-up is lost, whenever a worker spins or falls asleep', t =>
  answerAtAllTimes(t, isLong ? 40 : 20, 1, 300),
)

/** Frames of many lengths, in whatever order: some fit into a slot, some are no text that it can take. */
const anyText = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 40 }),
  fc.integer({ min: SLOT_BYTES - 100, max: SLOT_BYTES + 100 }).map(length => 'x'.repeat(length)),
  fc.integer({ min: 1300, max: 1400 }).map(length => '€'.repeat(length)),
  fc.constantFrom('\ud800', '\udc00x', 'x'.repeat(MAX_TEXT_CHARS + 1)),
)

t.test('what a guest sends is heard in its order, whenever the host looks', async t => {
  const act = fc.oneof({ weight: 3, arbitrary: anyText }, fc.constantFrom(LOOK, START, STOP, TURN))
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async acts => {
      const { lane, worker, heard, listener } = openLane(t)
      const { serial } = begun(lane, worker, listener)
      const sent: string[] = []
      for (const one of acts) {
        if (one === LOOK) lane.look()
        else if (one === START) lane.startLooking()
        else if (one === STOP) lane.stopLooking()
        else if (one === TURN) await new Promise(resolve => setImmediate(resolve))
        else {
          worker.send(serial, callOf(one as string))
          sent.push(one as string)
        }
      }
      lane.stopLooking()
      await until(heard, sent.length)
      assert.deepEqual(heard.map(textOf), sent)
      worker.report(serial, report)
      await until(heard, sent.length + 1)
      assert.equal((heard.at(-1) as unknown[])[0], 'report')
    }),
    { numRuns: isLong ? 2000 : 100 },
  )
})

t.test('what a guest is sent is taken in its order, whenever it takes it', async t => {
  await fc.assert(
    fc.property(fc.array(fc.option(anyText, { nil: undefined }), { maxLength: 40 }), acts => {
      const { lane, worker, listener } = openLane(t)
      const { serial } = begun(lane, worker, listener)
      const sent: string[] = []
      const taken: unknown[] = []
      const take = () => {
        const delivery = worker.nextDelivery(serial)
        if (delivery !== undefined) taken.push(delivery.text)
        return delivery !== undefined
      }
      for (const text of acts) {
        if (text === undefined) take()
        else {
          lane.deliver(serial, { callNumber: sent.push(text), atMs: 1, text })
        }
      }
      while (take());
      assert.deepEqual(taken, sent)
    }),
    { numRuns: isLong ? 2000 : 100 },
  )
})

t.test('a frame that the host did not look at any more comes on the port', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const { serial } = begun(lane, worker, listener)
  lane.startLooking()
  // Between the two looks of the worker at the word the host looks for the last time, and is too early.
  const load = Atomics.load
  let reads = 0
  t.intercept(Atomics, 'load', {
    value(words: Int32Array, index: number) {
      if (index === LOOKING && ++reads === 2) lane.words[LOOKING] = 0
      return load(words, index)
    },
  })
  worker.send(serial, callOf('first'))
  t.equal(reads, 2)
  t.equal(lane.look(), false, 'it is not in the slot')
  await until(heard, 1)
  t.strictSame(heard.map(textOf), ['first'])
  worker.report(serial, report)
  await until(heard, 2)
  lane.begin(listener)
  t.match(Buffer.from(lane.start.latch, UP_AT).toString('latin1'), /^\0*$/, 'nor is a byte of it')
})

t.test(
  'a frame is heard that was put into the slot behind one that was still on its way',
  async t => {
    const { lane, worker, heard, listener } = openLane(t)
    const { serial } = begun(lane, worker, listener)
    worker.send(serial, callOf('on the port'))
    lane.startLooking()
    worker.send(serial, callOf('in the slot'))
    lane.stopLooking()
    t.equal(heard.length, 0, 'its turn has not come')
    await until(heard, 2)
    t.strictSame(heard.map(textOf), ['on the port', 'in the slot'])
  },
)

t.test('of one execution no byte is left in the slots for the next one', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const { serial } = begun(lane, worker, listener)
  lane.deliver(serial, { callNumber: 1, atMs: 1, text: 'p"secret"' })
  worker.nextDelivery(serial)
  lane.startLooking()
  worker.send(serial, callOf('secret'))
  lane.look()
  worker.report(serial, report)
  lane.look()
  t.equal(heard.length, 2)
  const bytes = () => Buffer.from(lane.start.latch, UP_AT).toString('latin1')
  t.match(bytes(), /secret/)
  lane.begin(listener)
  t.match(bytes(), /^\0*$/)
})

t.test('words of a slot that no honest end writes change nothing for the next task', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const first = begun(lane, worker, listener)
  for (const [held, after] of [
    [-1, 0],
    [SLOT_BYTES + 1, 0],
    [0x7fffffff, -1],
    [5, 0x7fffffff],
  ] as const) {
    for (const slot of [UP, DOWN]) {
      lane.words[slot + 1] = after
      lane.words[slot] = held
    }
    lane.words[POSTED] = -5
    lane.words[LOOKING] = 1
    t.equal(lane.look(), false, `${held} bytes`)
  }
  worker.report(first.serial, report)
  await until(heard, 1)
  const { serial } = begun(lane, worker, listener)
  worker.send(serial, callOf('text'))
  lane.deliver(serial, { callNumber: 1, atMs: 1, text: 'p1' })
  await until(heard, 2)
  t.strictSame(heard.slice(1).map(textOf), ['text'])
  t.match(worker.nextDelivery(serial), { text: 'p1' })
})

t.test('frames that a program out of the engine has taken are missed by no other one', async t => {
  const { lane, worker, listener } = openLane(t)
  const { serial } = begun(lane, worker, listener)
  const text = 'x'.repeat(SLOT_BYTES)
  for (const callNumber of [1, 2]) lane.deliver(serial, { callNumber, atMs: 1, text })
  t.ok(receiveMessageOnPort(lane.start.port))
  t.ok(receiveMessageOnPort(lane.start.port))
  t.equal(worker.nextDelivery(serial), undefined)
  worker.report(serial, report)
  const next = begun(lane, worker, listener)
  lane.deliver(next.serial, { callNumber: 1, atMs: 1, text: 'p1' })
  t.match(worker.nextDelivery(next.serial), { text: 'p1' })
})

/** Begins a task, which the worker takes. */
function begun(lane: Lane, worker: WorkerLane, listener: Parameters<Lane['begin']>[0]) {
  const serial = lane.begin(listener)
  lane.run({ ...task, serial })
  const command = worker.nextCommand()
  if (command?.kind !== 'task') throw new Error('there is no task')
  return { serial }
}

const callOf = (input: string) =>
  ({ kind: 'call', callNumber: 1, tool: 0, input, isBlocking: true, atMs: 1 }) as const

/** The text of a heard {@link callOf}. */
const textOf = (heard: unknown): unknown => {
  const [, message] = heard as [string, string | object]
  return Object(typeof message === 'string' ? JSON.parse(message) : message).input
}

t.test(
  'a thread settles when nothing has come for a while, and serves its lane after it',
  async t => {
    const { lane } = openLane(t)
    const done: string[] = []
    const over = new Error('over')
    const serving = serveLane(lane.start, {
      warmUp: async () => {},
      execute: () => report,
      rest: () => {
        if (done.length === 3) throw over
        done.push('rest')
        return false
      },
      settlesAfterMs: () => (done.includes('settle') ? undefined : 10),
      settle: () => {
        done.push('settle')
        lane.ask('collect').catch(() => {})
      },
      statistics: () => ({ executions: 0, rewound: 0, made: 0, standbyGuests: 0 }),
      collect: () => done.push('collect'),
    })
    await t.rejects(serving, over)
    t.strictSame(done, ['rest', 'settle', 'collect'])
  },
)

t.test('a lane is at work unless its guest waits and no answer is on its way', async t => {
  const { lane, worker, heard, listener } = openLane(t)
  const serial = lane.begin(listener)
  lane.run({ ...task, serial })
  worker.nextCommand()
  t.ok(lane.isAtWork)
  worker.send(serial, { kind: 'logs', lines: [] })
  await until(heard, 1)
  t.ok(lane.isAtWork, 'it has said something and goes on')
  Atomics.store(lane.words, STATE, GuestState.waiting)
  t.notOk(lane.isAtWork)
  lane.deliver(serial, { callNumber: 1, text: 'p1', atMs: 0 })
  t.ok(lane.isAtWork, 'the worker has not seen the answer yet')
  worker.send(serial, { kind: 'logs', lines: [] })
  await until(heard, 2)
  t.notOk(lane.isAtWork)
  worker.report(serial, report)
  await until(heard, 3)
  lane.begin(listener)
  t.ok(lane.isAtWork, 'nothing of the last guest counts for the next one')
})

t.test('a thread that is lost answers no question', async t => {
  const { lane } = openLane(t)
  lane.lose(new Error('it is gone'))
  await t.rejects(lane.ask('statistics'), { message: 'its thread is lost' })
})
