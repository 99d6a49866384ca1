/** Schemas of zod whose values JSON cannot write: they cross exactly, and the schema validates them. */

import t from 'tap'
import { z } from 'zod'
import { toolDeclarations } from '../../protocol/tool/declarations.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { describeTool } from '../../protocol/tool/tool.ts'
import { Latchd, tool } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { openExecutor } from '../support/executor.ts'

const executor = openExecutor(t, { workers: 1 })

const Event = z.object({
  at: z.date(),
  size: z.bigint(),
  seen: z.map(z.string(), z.number()),
  tags: z.set(z.enum(['a', 'b'])),
  link: z.instanceof(URL),
  bytes: z.instanceof(Uint8Array),
  even: z.custom<number>(value => typeof value === 'number' && value % 2 === 0),
  name: z.string().transform(text => text.length),
  on: z.codec(z.iso.datetime(), z.date(), {
    decode: text => new Date(text),
    encode: date => date.toISOString(),
  }),
})

const made = tool({
  name: 'book',
  description: 'Books an event.',
  inputSchema: Event,
  outputSchema: Event.omit({ on: true, name: true }).extend({ on: z.date(), name: z.number() }),
  execute: async event => event,
})

const source = `const event = book({
  at: new Date(5), size: 12n, seen: new Map([['x', 1]]), tags: new Set(['a']),
  link: new URL('https://a.example/b'), bytes: new Uint8Array([1, 2]), even: 4, name: 'four',
  on: '2026-01-02T03:04:05Z',
})
event`

const told = {
  at: new Date(5),
  size: 12n,
  seen: new Map([['x', 1]]),
  tags: new Set(['a']),
  link: new URL('https://a.example/b'),
  bytes: new Uint8Array([1, 2]),
  even: 4,
  name: 4,
  on: new Date('2026-01-02T03:04:05Z'),
}

t.test('values of every kind reach the tool as its schema takes them, and come back', async t => {
  const { output } = await executor.executeOrThrow({ source, tools: [made] })
  t.strictSame(output, told)
})

t.test('they do so from a client’s tool as well', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const { output } = await latchd.executeOrThrow({ source, tools: [made] })
  t.strictSame(output, told)
})

/** Parts that take other values than their JSON Schema says: what a program gives, and what comes of it. */
const converting: readonly (readonly [part: z.ZodType, given: string, made: unknown])[] = [
  [z.coerce.number(), "'5'", 5],
  [z.coerce.number().int().min(3), "'2'", 'ToolInputError'],
  [z.coerce.number(), "'five'", 'ToolInputError'],
  [z.coerce.boolean(), '1', true],
  [z.coerce.string(), '5', '5'],
  [z.coerce.date(), "'2026-01-02'", new Date('2026-01-02')],
  [z.coerce.bigint(), "'12'", 12n],
  [z.preprocess(value => String(value).split(','), z.array(z.string())), "'a,b'", ['a', 'b']],
  [z.string().trim().max(3), "'  abc  '", 'abc'],
  [z.number().catch(7), "'x'", 7],
  [z.array(z.object({ n: z.coerce.number() })), "[{ n: '5' }]", [{ n: 5 }]],
  [z.map(z.string(), z.coerce.number()), "new Map([['a', '5']])", new Map([['a', 5]])],
  [z.stringbool(), "'yes'", true],
  [z.string().transform(Number), "'5'", 5],
  [z.number().default(3), 'undefined', 3],
  [z.number(), "'5'", 'ToolInputError'],
]

t.test('a schema that converts does so in the same way wherever its tool runs', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  for (const [part, given, expected] of converting) {
    const take = tool({
      name: 'take',
      description: '',
      inputSchema: z.object({ part }),
      execute: async input => input.part,
    })
    const program = `try { take({ part: ${given} }) } catch (error) { error.name }`
    for (const [place, runner] of Object.entries({ executor, latchd })) {
      const { output } = await runner.executeOrThrow({ source: program, tools: [take] })
      t.strictSame(output, expected, `${place}: ${given}`)
    }
  }
})

t.test('a value that does not fit is refused by the schema, with its path', async t => {
  for (const [part, path] of [
    ['at: "2026"', 'at'],
    ['size: 12', 'size'],
    ['seen: {}', 'seen'],
    ['tags: new Set(["c"])', 'tags'],
    ['link: "https://a.example"', 'link'],
    ['even: 3', 'even'],
  ] as const) {
    const broken = source.replace(/,\n\}\)\n/, `, ${part} })\n`)
    const { error } = (await executor.execute({ source: broken, tools: [made] })) as {
      error?: { name: string; message: string }
    }
    t.equal(error?.name, 'ToolInputError', part)
    t.match(error?.message, path, part)
  }
})

t.test('declarations say the nearest type', async t => {
  const declared = toolDeclarations([describeTool(normalizeTool(made))])
  for (const member of [
    'at: Date',
    'size: bigint',
    'seen: Map<string, number>',
    'tags: Set<"a" | "b">',
    'link: URL',
    'bytes: Uint8Array',
    'even: any',
    'name: string',
    'on: string',
    'on: Date',
  ]) {
    t.ok(declared.includes(member), `${member} in ${declared}`)
  }
})

t.test('the type check knows these types', async t => {
  const check = { typecheck: 'error', tools: [made] } as const
  t.strictSame((await executor.executeOrThrow({ source, ...check })).output, told)
  const wrong = source.replace('at: new Date(5)', 'at: "2026"')
  t.match(await executor.execute({ source: wrong, ...check }), {
    error: { code: 'TYPE_ERROR', line: 2 },
  })
})

t.test('a type of another’s schema is not taken over', async t => {
  const foreign = normalizeTool({
    name: 'foreign',
    description: '',
    inputSchema: {
      type: 'object',
      properties: { a: { tsType: 'string }; evil: { x', type: 'string' } },
    },
    execute: () => 1,
  })
  t.notMatch(toolDeclarations([describeTool(foreign)]), 'evil')
})

class Order {
  id = 1
}

t.test('what cannot cross is refused with the tool, the place and the reason', async t => {
  const refusal = (inputSchema: unknown, outputSchema?: unknown) => {
    try {
      normalizeTool({ name: 'odd', description: '', inputSchema, outputSchema, execute: () => 1 })
      return undefined
    } catch (error) {
      return error as { code: string; message: string }
    }
  }
  const parts = { deep: z.object({ order: z.instanceof(Order) }) }
  t.match(refusal(z.object(parts)), {
    code: 'TOOL_INVALID',
    message: /input schema of tool "odd".*deep\.order is an instance of Order/,
  })
  t.match(refusal(z.object({ f: z.function() })), {
    code: 'TOOL_INVALID',
    message: /f is a function/,
  })
  t.match(refusal(z.object({}), z.symbol()), { code: 'TOOL_INVALID', message: /output.*symbol/ })
  t.equal(refusal(z.object({}), z.instanceof(Order)), undefined, 'a result is its own properties')
  const other = {
    '~standard': {
      version: 1,
      vendor: 'other',
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input: () => {
          throw new Error('no JSON Schema of a tuple')
        },
      },
    },
  }
  t.match(refusal(other), {
    code: 'TOOL_INVALID',
    message: 'Cannot use the input schema of tool "odd": other says: no JSON Schema of a tuple',
  })
})

t.test('a map of maps, and one that holds itself, have types that end', async t => {
  type Nested = Map<string, Nested>
  const Nested: z.ZodType<Nested> = z.lazy(() => z.map(z.string(), Nested))
  const nested = normalizeTool({
    name: 'nested',
    description: '',
    inputSchema: z.object({ one: z.map(z.string(), z.set(z.date())), all: Nested }),
    execute: () => 1,
  })
  const declared = toolDeclarations([describeTool(nested)])
  t.match(declared, 'one: Map<string, Set<Date>>')
  t.match(declared, 'all: Map<string')
})
