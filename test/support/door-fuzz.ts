/**
 * Random requests at the door of a daemon: how deep their JSON nests, what programs share in a value,
 * how large it is, of what kinds, and which schemas come with it. None may be a fault of the daemon.
 */

import fc from 'fast-check'
import { anyCharacter } from './any-character.ts'
import { post } from './daemon.ts'
import { toolSchema } from './schema-arbitrary.ts'

/** A request that was answered as none may be. */
export interface DoorFault {
  readonly status: number
  readonly body: unknown
}

const nested = fc
  .tuple(fc.nat({ max: 6000 }), fc.constantFrom('[', '{"a":'), fc.jsonValue({ maxDepth: 2 }))
  .map(([depth, open, leaf]) => {
    const close = open === '[' ? ']' : '}'
    return `${open.repeat(depth)}${JSON.stringify(leaf)}${close.repeat(depth)}`
  })
const tree = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 6 }).map(value => JSON.stringify(value)) },
  { weight: 1, arbitrary: nested },
)

/** A program that makes a value of a kind and hands it over: to a tool, to a person, as its output. */
const program = fc
  .record({
    kind: fc.constantFrom(
      `['a']`,
      `new Map([[{}, 1n]])`,
      `new Set([-0, NaN])`,
      `new Uint8Array(1000)`,
      `Object.assign(new Error('e'), {cause: new Date(0)})`,
      `{toJSON() { return this }}`,
      `new Proxy({}, {})`,
      `Array(1e9)`,
      `'\\ud800'.repeat(1000)`,
      `Object.create(null)`,
    ),
    grow: fc.constantFrom('x = [x, x]', 'x = {a: x, b: x}', 'x = [x]', 'x = new Map([[x, x]])', ''),
    times: fc.nat({ max: 40 }),
    hand: fc.constantFrom(
      't({s: x})',
      't(x)',
      `human_approval.async('ok?', x); 1`,
      'x',
      'print(x)',
      'throw x',
    ),
  })
  .map(
    ({ kind, grow, times, hand }) =>
      `let x = ${kind}; for (let i = 0; i < ${times}; i++) { ${grow} } ${hand}`,
  )

const tools = fc.array(
  fc.record(
    {
      name: fc.constantFrom('t', 'u', 'toString', 'a.b'),
      inputSchema: toolSchema,
      outputSchema: toolSchema,
    },
    { requiredKeys: ['name'] },
  ),
  { maxLength: 3 },
)

/** The text of a body. */
const requestText: fc.Arbitrary<string> = fc
  .record(
    {
      source: fc.oneof(program, fc.string({ unit: anyCharacter, maxLength: 200 })),
      language: fc.constantFrom('javascript', 'typescript'),
      typecheck: fc.constantFrom('warn', 'error'),
      durable: fc.boolean(),
      tools,
      inputs: tree,
      metadata: tree,
      limits: fc.record({ maxCallBytes: fc.integer({ min: 0, max: 16_777_216 }) }),
    },
    { requiredKeys: ['source'] },
  )
  .map(({ inputs, metadata, tools, ...rest }) => {
    const fields = [JSON.stringify(rest).slice(1, -1), '"waitMs":300']
    if (inputs !== undefined) fields.push(`"inputs":{"v":${inputs}}`)
    if (metadata !== undefined) fields.push(`"metadata":{"m":${metadata}}`)
    if (tools !== undefined) {
      fields.push(`"clientTools":${JSON.stringify({ clientId: 'fuzz', tools })}`)
    }
    return `{${fields.join()}}`
  })

/**
 * Sends random requests, several at once.
 *
 * @param seed begins the same requests each time
 * @returns those that were answered with a fault of the daemon
 */
export async function fuzzDoor(
  url: string,
  { runs, seed, atOnce = 4 }: { runs: number; seed: number; atOnce?: number },
): Promise<{
  statuses: Readonly<Record<number, number>>
  faults: readonly (DoorFault & { text: string })[]
}> {
  const texts = fc.sample(requestText, { numRuns: runs, seed })
  const statuses: Record<number, number> = {}
  const faults: (DoorFault & { text: string })[] = []
  const send = async () => {
    for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
      const { status, body } = await post(`${url}/v1/execute`, text)
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status >= 500) faults.push({ status, body, text: text.slice(0, 2000) })
      // What waits for a person or a client would wait for days.
      if (status === 202) await post(`${url}/v1/executions/${body.executionId}/cancel`, {})
    }
  }
  await Promise.all(Array.from({ length: atOnce }, send))
  return { statuses, faults }
}
