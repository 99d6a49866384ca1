/** Tools that are tried again when they fail, and left alone when they keep failing. */

import t from 'tap'
import { createExecutor, type ExecuteRequest } from '../../executor/index.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import type { RetryRule, ToolContext, ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import { failureOf, openExecutor, outputOf } from '../support/executor.ts'

// One for all: each test brings its own tool.
const executor = openExecutor(t, { workers: 2 })

const fast: RetryRule = { attempts: 3, backoffMs: 1, maxBackoffMs: 2 }

/** A tool that fails so often before it answers, with the contexts of its tries. */
function flaky(failures: number, retry: RetryRule, more: Partial<ToolDefinition> = {}) {
  const tries: ToolContext[] = []
  const tool = {
    name: 'flaky',
    description: '',
    annotations: { readOnly: true },
    retry,
    execute: async (...args: unknown[]) => {
      tries.push(args.at(-1) as ToolContext)
      if (tries.length <= failures) throw new Error(`failure ${tries.length}`)
      return tries.length
    },
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    ...more,
  }
  return { tool, tries }
}

t.test('a tool that fails is tried again, as one call', async t => {
  const { tool, tries } = flaky(2, fast)
  const outcome = await executor.execute({ source: 'flaky()', tools: [tool] })
  t.match(outcome, { output: 3, calls: [{ tool: 'flaky', status: 'completed' }] })
  t.equal(outcome.calls.length, 1)
  const [first] = tries
  for (const { callId, idempotencyKey } of tries) {
    t.strictSame([callId, idempotencyKey], [first?.callId, first?.idempotencyKey])
  }
})

t.test('after the last try the program gets the error of that', async t => {
  const { tool, tries } = flaky(9, fast)
  const error = await failureOf(executor, { source: 'flaky()', tools: [tool] })
  t.match(error, { code: 'GUEST_ERROR', message: 'failure 3' })
  t.equal(tries.length, 3)
})

t.test('watchers see each further try', async t => {
  const tools = [flaky(2, fast).tool]
  const events: ExecutionEvent[] = []
  for await (const event of executor.stream({ source: 'flaky()', tools })) events.push(event)
  t.match(
    events.filter(({ type }) => type === 'call-progressed'),
    [{ progress: { attempt: 2, of: 3 } }, { progress: { attempt: 3, of: 3 } }],
  )
})

t.test('an error that says it is not retryable, and an input error, end the tries', async t => {
  const errors = [
    Object.assign(new Error('no'), { retryable: false }),
    Object.assign(new Error('no'), { code: 'TOOL_INPUT_INVALID' }),
    Object.assign(new Error('no'), { name: 'ToolInputError' }),
  ]
  for (const error of errors) {
    let tries = 0
    const fail = async () => {
      tries++
      throw error
    }
    const tools = [{ ...flaky(0, fast).tool, execute: fail }]
    await failureOf(executor, { source: 'flaky()', tools })
    t.equal(tries, 1)
  }
})

t.test('the time of a call covers its tries and pauses', async t => {
  const { tool } = flaky(99, { attempts: 20, backoffMs: 60_000 }, { timeoutMs: 50 })
  const source = 'try { flaky() } catch (error) { error.code }'
  t.equal(await outputOf(executor, { source, tools: [tool] }), 'TOOL_TIMEOUT')
})

t.test('a try that does not heed its signal is given up with its execution', async t => {
  const started = Promise.withResolvers<void>()
  let tries = 0
  const hang = () => {
    tries++
    started.resolve()
    return new Promise(() => {})
  }
  const tools = [{ ...flaky(0, fast).tool, execute: hang }]
  const cancel = new AbortController()
  const running = executor.execute({ source: 'flaky()', tools, signal: cancel.signal })
  await started.promise
  cancel.abort()
  t.match(await running, { status: 'cancelled' })
  t.equal(tries, 1)
})

t.test('an open circuit fails at once, and one call after its time decides', async t => {
  const { tool, tries } = flaky(3, { attempts: 1, circuitBreaker: { failures: 2 } })
  const run = (times: number) =>
    outputOf(executor, {
      source: `const seen = []
        for (let i = 0; i < ${times}; i++) try { seen.push(flaky()) } catch (error) {
          seen.push([error.name, error.code, error.message, error instanceof ToolUnavailableError])
        }
        seen`,
      tools: [tool],
    })
  const { now } = Date
  t.teardown(() => {
    Date.now = now
  })
  const later = (ms: number) => {
    Date.now = () => now() + ms
  }
  const failure = (n: number) => ['Error', 'TOOL_ERROR', `failure ${n}`, false]
  const message = 'flaky is not called: it failed 2 times in a row, and is left alone for 30000 ms'
  const open = ['ToolUnavailableError', 'TOOL_UNAVAILABLE', message, true]
  t.strictSame(await run(4), [failure(1), failure(2), open, open])
  t.equal(tries.length, 2)
  later(31_000)
  t.strictSame(await run(2), [failure(3), open])
  later(62_000)
  t.strictSame(await run(2), [4, 5])
})

t.test('tries of one call open the circuit too, and are not repeated against it', async t => {
  const rule = { ...fast, attempts: 10, circuitBreaker: { failures: 2 } }
  const { tool, tries } = flaky(99, rule)
  t.match(await failureOf(executor, { source: 'flaky()', tools: [tool] }), {
    message: /left alone for 30000 ms/,
  })
  t.equal(tries.length, 2)
})

t.test('a tool that never answers opens its circuit, and does not hold it half open', async t => {
  let tries = 0
  const rule = { attempts: 1, circuitBreaker: { failures: 1, openMs: 1 } }
  const execute = () => {
    tries++
    return tries < 3 ? new Promise(() => {}) : 'answer'
  }
  const tool = { ...flaky(0, rule, { timeoutMs: 20 }).tool, execute }
  const source = `const call = () => { try { return flaky() } catch (error) { return error.code } }
    const seen = [call()]; sleep(20); seen.push(call()); sleep(20); seen.push(call()); seen`
  t.strictSame(await outputOf(executor, { source, tools: [tool, 'sleep'] }), [
    'TOOL_TIMEOUT',
    'TOOL_TIMEOUT',
    'answer',
  ])
})

t.test('every kind of tool takes a rule, streams and synchronous ones too', async t => {
  const annotations = { idempotent: true }
  const failingOnce = <T>(answer: T) => {
    let tries = 0
    return () => {
      if (++tries === 1) throw new Error('once')
      return answer
    }
  }
  const invoke = failingOnce('agents')
  const tools = [
    { name: 'plain', description: '', annotations, retry: fast, execute: failingOnce('plain') },
    { name: 'forward', annotations, retry: fast, forward: failingOnce('forward') },
    {
      type: 'function',
      name: 'agents',
      parameters: { type: 'object', properties: {} },
      annotations,
      retry: fast,
      invoke: async () => invoke(),
    },
    {
      type: 'function',
      function: { name: 'zod', parameters: { type: 'object', properties: {} } },
      $callback: failingOnce('zod'),
      annotations,
      retry: fast,
    },
    {
      name: 'stream',
      description: '',
      annotations,
      retry: fast,
      execute: failingOnce([1, 2].values()),
    },
  ]
  const source = '[plain(), forward(), agents(), zod(), [...stream()]]'
  t.strictSame(await outputOf(executor, { source, tools }), [
    'plain',
    'forward',
    'agents',
    'zod',
    [1, 2],
  ])
})

t.test('a rule that cannot be kept is refused with the tool', async t => {
  const refusal = (retry: unknown, annotations: object = { readOnly: true }) => {
    try {
      normalizeTool({ name: 'x', description: '', annotations, retry, execute: () => 1 })
      return 'taken'
    } catch (error) {
      const { code, message } = error as { code: string; message: string }
      return `${code} ${message}`
    }
  }
  const start = 'TOOL_INVALID Cannot use tool "x":'
  t.strictSame(
    [
      refusal({ attempts: 2 }, {}),
      refusal({ attempts: 2 }, { destructive: true }),
      refusal(3),
      refusal([]),
      refusal({}),
      refusal({ attempts: 0 }),
      refusal({ attempts: 2.5 }),
      refusal({ attempts: 2, backoffMs: '1s' }),
      refusal({ attempts: 2, delay: 5 }),
      refusal({ attempts: 2, circuitBreaker: { failures: 0 } }),
      refusal({ attempts: 2, circuitBreaker: { failures: 3, openMs: 10 } }, { idempotent: true }),
    ],
    [
      `${start} it has retry, and only tools whose annotations say readOnly or idempotent are tried again`,
      `${start} it has retry, and only tools whose annotations say readOnly or idempotent are tried again`,
      `${start} retry is 3; a record is expected`,
      `${start} retry is an array; a record is expected`,
      `${start} retry.attempts is undefined; a whole number from 1 to 20 is expected`,
      `${start} retry.attempts is 0; a whole number from 1 to 20 is expected`,
      `${start} retry.attempts is 2.5; a whole number from 1 to 20 is expected`,
      `${start} retry.backoffMs is "1s"; a whole number from 1 to 3600000 is expected`,
      `${start} retry.delay is 5; there are only attempts, backoffMs, maxBackoffMs, circuitBreaker`,
      `${start} retry.circuitBreaker.failures is 0; a whole number from 1 to 1000 is expected`,
      'taken',
    ],
  )
  const bad: ExecuteRequest['tools'] = [
    { name: 'x', description: '', retry: { attempts: 2 }, execute: () => 1 },
  ]
  t.throws(() => createExecutor({ tools: bad }), { code: 'TOOL_INVALID' })
})
