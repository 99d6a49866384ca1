import { tool as agentsTool } from '@openai/agents-core'
import { tool as aiTool, jsonSchema } from 'ai'
import { zodFunction } from 'openai/helpers/zod'
import t from 'tap'
import { z } from 'zod'
import { createExecutor } from '../../executor/index.ts'
import type { ToolSet } from '../../protocol/execution/executor.ts'
import { codeTool, Latchd, tool } from '../../sdk/index.ts'
import { completed, openExecutor, outputOf } from '../support/executor.ts'

const executor = openExecutor(t, { workers: 1 })

/** Runs one program over tools of a maker and gives its output, or its error. */
async function outcomeOf(tools: ToolSet, source: string): Promise<unknown> {
  const outcome = await executor.execute({ source, tools })
  return 'error' in outcome ? outcome.error.message : outcome.output
}

const City = z.object({
  city: z.string().describe('Name of the city'),
  unit: z.enum(['C', 'F']).default('C'),
})
const answer = ({ city, unit }: { city: string; unit?: string }) => ({
  city,
  degrees: 21,
  unit: unit ?? 'C',
})
const paris = { city: 'Paris', degrees: 21, unit: 'C' }

const makers: ReadonlyArray<readonly [maker: string, tools: ToolSet]> = [
  [
    'tool() with zod',
    [
      tool({
        name: 'weather',
        description: 'Weather.',
        inputSchema: City,
        execute: async input => answer(input),
      }),
    ],
  ],
  [
    'a plain definition with JSON Schema',
    [
      {
        name: 'weather',
        description: 'Weather.',
        inputSchema: {
          type: 'object',
          properties: { city: { type: 'string' }, unit: { type: 'string' } },
          required: ['city'],
        },
        execute: async (input: { city: string }) => answer(input),
      },
    ],
  ],
  [
    'the AI SDK with zod',
    {
      weather: aiTool({
        description: 'Weather.',
        inputSchema: City,
        execute: async input => answer(input),
      }),
    },
  ],
  [
    'the AI SDK with jsonSchema()',
    {
      weather: aiTool({
        description: 'Weather.',
        inputSchema: jsonSchema<{ city: string }>({
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        }),
        execute: async input => answer(input),
      }),
    },
  ],
  [
    'OpenAI Agents',
    [
      agentsTool({
        name: 'weather',
        description: 'Weather.',
        parameters: z.object({ city: z.string() }),
        execute: async input => answer(input),
      }),
    ],
  ],
  [
    "openai's zodFunction",
    [
      zodFunction({
        name: 'weather',
        description: 'Weather.',
        parameters: z.object({ city: z.string() }),
        function: async input => answer(input),
      }),
    ],
  ],
  [
    'an object with forward, as smolagents has them',
    [
      {
        name: 'weather',
        description: 'Weather.',
        inputs: { city: { type: 'string', description: 'Name of the city' } },
        output_type: 'object',
        forward: async (city: string) => answer({ city }),
      },
    ],
  ],
  [
    'a plain function under a key',
    {
      weather: async (city: string | { city: string }) =>
        answer(typeof city === 'string' ? { city } : city),
    },
  ],
]

for (const [maker, tools] of makers) {
  t.test(
    `a tool of ${maker} is called by position and by name, and tells what is wrong`,
    async t => {
      t.strictSame(await outcomeOf(tools, 'weather("Paris")'), paris)
      t.strictSame(await outcomeOf(tools, 'weather({ city: "Paris" })'), paris)
      t.strictSame(await outcomeOf(tools, 'await Promise.all(["Paris", "Paris"].map(weather))'), [
        paris,
        paris,
      ])
      if (maker.startsWith('a plain function')) return
      t.match(
        await outcomeOf(tools, 'weather({ city: 7 })'),
        /^Cannot call weather: the input does not fit[\s\S]*city/,
      )
    },
  )
}

t.test('a class with forward keeps its own fields', async t => {
  class Counter {
    name = 'count'
    description = 'Counts.'
    #calls = 0
    async forward(by = 1) {
      this.#calls += by
      return this.#calls
    }
  }
  t.equal(await outcomeOf([new Counter()], 'count(); count(5); count()'), 7)
})

t.test('a default of a plain function holds when the program leaves it out', async t => {
  const search = async (text: string, limit = 10) => `${text} ${limit}`
  t.equal(await outcomeOf({ search }, 'search("a") + search("b", 2)'), 'a 10b 2')
})

/** Fields that would be without effect: of a wrong type, or misspelt. */
const wrongFields: ReadonlyArray<readonly [fields: object, message: RegExp]> = [
  [{ needsAproval: true }, /no field needsAproval; did you mean needsApproval\?/],
  [{ needsapproval: true }, /did you mean needsApproval\?/],
  [{ needs_approval: true }, /did you mean needsApproval\?/],
  [{ approvalTimeoutMS: 5 }, /did you mean approvalTimeoutMs\?/],
  [{ timeout: 5 }, /did you mean timeoutMs\?/],
  [{ inputschema: {} }, /did you mean inputSchema\?/],
  [{ outputSchma: {} }, /did you mean outputSchema\?/],
  [{ maxCallsPerExecutions: 1 }, /did you mean maxCallsPerExecution\?/],
  [{ anotations: { readOnly: true } }, /did you mean annotations\?/],
  [{ prob: () => undefined }, /did you mean probe\?/],
  [{ annotations: { readonly: true } }, /did you mean annotations\.readOnly\?/],
  [{ annotations: { idempotant: true } }, /did you mean annotations\.idempotent\?/],
  [
    { annotations: { readOnly: 'yes' } },
    /annotations\.readOnly is "yes"; true or false is allowed/,
  ],
  [{ annotations: { destructive: 1 } }, /annotations\.destructive is 1; true or false is allowed/],
  [{ annotations: 'readOnly' }, /annotations is "readOnly"; an object of readOnly/],
  [{ probe: 1 }, /probe is 1; a function is allowed/],
  [{ description: 5 }, /description is 5; a string is allowed/],
]

t.test('a misspelt field is refused in every form of a tool', async t => {
  const zodTool = zodFunction({
    name: 'a',
    description: '',
    parameters: z.object({}),
    function: async () => 1,
  })
  class Misspelt {
    name = 'a'
    description = ''
    execute() {}
    needsAproval() {
      return true
    }
  }
  const forms: readonly object[] = [
    { name: 'a', forward: () => 1, needsAproval: true },
    { name: 'a', description: '', handler: () => 1, needsAproval: true },
    Object.assign(zodTool, { needsAproval: true }),
    Object.assign(function a() {}, { needsAproval: true }),
    new Misspelt(),
  ]
  for (const form of forms) {
    t.throws(() => createExecutor({ tools: [form] }), {
      code: 'TOOL_INVALID',
      message: /did you mean needsApproval\?/,
    })
  }
  t.throws(() => createExecutor({ tools: [{ name: 'a', inputs: 5, forward: () => 1 }] }), {
    message: /inputs is a number; an object is allowed/,
  })
})

t.test('fields of other makers pass', async t => {
  const theirs = {
    title: 'A',
    type: 'function',
    id: 'a',
    strict: true,
    role: 'helper',
    node: 1,
    date: 1,
    execution: {},
    inputExamples: [],
    toModelOutput: () => 1,
    _meta: {},
  }
  const annotations = { title: 'A', readOnlyHint: true }
  const forms: readonly object[] = [
    { ...theirs, annotations, name: 'a', description: '', execute: () => 1 },
    { ...theirs, annotations, name: 'a', description: '', handler: () => 1 },
    { ...theirs, name: 'a', output_type: 'number', output_schema: {}, forward: () => 1 },
  ]
  for (const form of forms) t.equal(await outcomeOf([form], 'a()'), 1)
})

t.test('every form of a tool may need an approval, and counts its calls', async t => {
  const rules = { needsApproval: () => true, maxCallsPerExecution: 3, approvalTimeoutMs: 60_000 }
  const parameters = z.object({})
  class Careful {
    name = 'a'
    description = ''
    #isCareful = true
    execute() {
      return 1
    }
    needsApproval() {
      return this.#isCareful
    }
    get maxCallsPerExecution() {
      return 3
    }
  }
  const zodTool = zodFunction({ name: 'a', description: '', parameters, function: async () => 1 })
  const made = agentsTool({ name: 'a', description: '', parameters, execute: () => 1 })
  const forms: readonly object[] = [
    { name: 'a', description: '', execute: () => 1, ...rules },
    { name: 'a', forward: () => 1, ...rules },
    { name: 'a', description: '', handler: () => 1, ...rules },
    { ...made, ...rules },
    Object.assign(zodTool, rules),
    Object.assign(function a() {
      return 1
    }, rules),
    new Careful(),
  ]
  for (const form of forms) {
    let asked = 0
    const { output } = await executor.executeOrThrow({
      source: 'a(); try { a(); a(); a() } catch (error) { error.name }',
      tools: [form],
      onApproval: () => {
        asked++
        return { decision: 'approve' }
      },
    })
    t.strictSame([asked, output], [3, 'ToolLimitError'], String(forms.indexOf(form)))
  }
})

t.test('in a record the key of a tool is its name, whoever made it', async t => {
  const execute = async () => 'found'
  const handler = async () => ({ content: [{ type: 'text', text: 'found' }] })
  const parameters = { type: 'object', properties: {} }
  const forms: Readonly<Record<string, object>> = {
    definition: { name: 'own', description: '', execute },
    ours: tool({ name: 'own', description: '', inputSchema: z.object({}), execute }),
    forward: { name: 'own', description: '', forward: execute },
    mcp: { name: 'own', description: '', inputSchema: parameters, handler },
    agents: { type: 'function', name: 'own', description: '', parameters, invoke: execute },
    openai: { type: 'function', function: { name: 'own', parameters }, $callback: execute },
    plain: async function own() {
      return 'found'
    },
  }
  for (const [form, made] of Object.entries(forms)) {
    const source = `[typeof own, lookup(), tools.lookup.name]`
    const outcome = await completed(executor, { source, tools: { lookup: made } })
    t.strictSame(outcome.output, ['undefined', 'found', 'lookup'], form)
    t.equal(outcome.calls[0]?.tool, 'lookup', form)
    t.equal(await outputOf(executor, { source: 'own?.name', tools: [made] }), 'own', form)
  }
})

t.test('what cannot be a tool is refused when it is given', async t => {
  const cases: ReadonlyArray<readonly [unknown, RegExp]> = [
    [[{ name: 'a', description: '' }], /it has neither execute nor forward/],
    [[{ name: 'console', description: '', execute: () => 1 }], /standard global/],
    [[() => 1], /no name/],
    [[{ name: 'a', description: '', inputSchema: 5, execute: () => 1 }], /input schema/],
    [[{ name: 'a', description: '', timeoutMs: -1, execute: () => 1 }], /timeoutMs is -1/],
    [
      [{ name: 'a', description: '', needsApproval: 'yes', execute: () => 1 }],
      /needsApproval is a string; a boolean or a function is allowed/,
    ],
    [
      [{ name: 'a', description: '', needsApproval: [], execute: () => 1 }],
      /needsApproval is an array; a boolean or a function is allowed/,
    ],
    [
      [{ name: 'a', description: '', timeoutMs: Object.create(null), execute: () => 1 }],
      /timeoutMs is an object; a positive number/,
    ],
    [[[]], /it is an array$/],
    [['nope'], /no tool has that name/],
    ...wrongFields.map(([fields, message]): readonly [unknown, RegExp] => [
      [{ name: 'a', description: '', execute: () => 1, ...fields }],
      message,
    ]),
  ]
  for (const [tools, message] of cases) {
    t.throws(() => createExecutor({ tools: tools as ToolSet }), { name: 'LatchdError', message })
  }
})

t.test('a copy of the context has all that the context has', async t => {
  const aborted = Promise.withResolvers<unknown>()
  const hang = tool({
    name: 'hang',
    description: '',
    inputSchema: z.object({}),
    timeoutMs: 20,
    execute: async (_, context) => {
      const { signal, progress, ...facts } = { ...context }
      signal.addEventListener('abort', () => aborted.resolve({ ...facts, reason: signal.reason }))
      progress(1)
      return await new Promise<never>(() => {})
    },
  })
  const { executionId } = await executor.execute({
    source: 'hang()',
    tools: [hang],
    metadata: { order: 7 },
  })
  t.match(await aborted.promise, {
    executionId,
    callId: String,
    idempotencyKey: String,
    caller: 'local',
    metadata: { order: 7 },
    reason: { code: 'TOOL_TIMEOUT' },
  })
})

t.test('what is no set of tools is refused, and not taken for one without tools', async t => {
  const latchd = new Latchd({ url: 'http://127.0.0.1:1' })
  t.teardown(() => latchd.close())
  const single = { name: 'a', description: '', execute: () => 1 }
  const cases: ReadonlyArray<readonly [set: unknown, given: RegExp]> = [
    [5, /5 as tools/],
    [null, /null as tools/],
    [true, /true as tools/],
    ['sleep', /"sleep" as tools: an array of tools and names/],
    [() => 1, /a function as tools/],
    [new Map([['a', single]]), /a Map as tools/],
    [new Set([single]), /a Set as tools/],
    [new Int8Array(1), /an Int8Array as tools/],
    [Promise.resolve([single]), /a Promise as tools/],
    [single, /a single tool as tools/],
  ]
  for (const [set, message] of cases) {
    const tools = set as ToolSet
    const expected = { code: 'TOOL_INVALID', message }
    t.throws(() => createExecutor({ tools }), expected)
    await t.rejects(executor.execute({ source: '1', tools }), expected)
    await t.rejects(latchd.execute({ source: '1', tools }), expected)
    t.throws(() => latchd.addTools(tools), expected)
    await t.rejects(latchd.stream({ source: '1', tools }).next(), expected)
    t.throws(() => codeTool({ executor, tools }), expected)
  }
})

t.test('an output schema holds the tool to its word', async t => {
  const tools = [
    { name: 'n', description: '', outputSchema: z.number(), execute: async () => 'five' },
  ]
  t.match(await outcomeOf(tools, 'n()'), /^n answered what does not fit its output schema/)
})

t.test('a long list is held against uniqueItems, whatever its length', async t => {
  const inputSchema = {
    type: 'object',
    properties: { list: { type: 'array', uniqueItems: true, items: { type: 'number' } } },
  }
  const tools = [{ name: 'uniq', description: '', inputSchema, execute: async () => 'called' }]
  t.equal(await outcomeOf(tools, 'uniq([1, 2, 3])'), 'called')
  t.match(
    await outcomeOf(tools, 'uniq([1, 2, 1])'),
    /list: expected different elements, but 0 and 2 are equal/,
  )
  t.equal(await outcomeOf(tools, 'uniq(Array.from({ length: 20_000 }, (_, i) => i))'), 'called')
})

t.test('problems without end are counted, not told', async t => {
  const inputSchema = {
    type: 'object',
    properties: { list: { type: 'array', items: { type: 'number' } } },
  }
  const tools = [{ name: 'sum', description: '', inputSchema, execute: async () => 0 }]
  const message = await outcomeOf(tools, 'sum(Array.from({ length: 500 }, () => "x"))')
  t.match(message, /and 450 more$/)
  t.equal(String(message).split('\n').length, 52)
})

t.test(
  'an input whose parts are shared without end is refused by tools that take text',
  async t => {
    const agents = [
      agentsTool({
        name: 'any_data',
        description: '',
        strict: false,
        parameters: {
          type: 'object',
          properties: { data: {} },
          required: [],
          additionalProperties: true,
        },
        execute: async () => 'called',
      }),
    ]
    const source = "let x = ['a']; for (let i = 0; i < 40; i++) x = [x, x]; any_data({ data: x })"
    t.match(await outcomeOf(agents as never, source), /written out without shared references/)
    t.equal(await outcomeOf(agents as never, "any_data({ data: ['a'] })"), 'called')
  },
)
