/**
 * Requests that once held up a daemon, ended it, or filled its memory, each by itself: what the callers
 * and the programs of one token choose. All are sent with default limits or with what a request may ask.
 */

/** One of them: a body for a route, and how often it is sent at once. */
export interface CostlyRequest {
  readonly body: object
  /** `/v1/execute` when absent. */
  readonly path?: string
}

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

const MAX_CALL_BYTES = 16_777_216

/** A tool of the client's with that schema, and a program that calls it. */
function clientTool(inputSchema: object, source: string, outputSchema?: object): object {
  const tools = [{ name: 't', inputSchema, ...(outputSchema && { outputSchema }) }]
  const limits = { maxCallBytes: MAX_CALL_BYTES }
  return { source, waitMs: 500, limits, clientTools: { clientId: 'costly', tools } }
}

/** `n` levels of `allOf` of two of the next: 2^n ways through it. */
function branching(levels: number): object {
  const $defs: Record<string, object> = { d0: { type: 'string' } }
  for (let i = 1; i <= levels; i++) {
    const next = { $ref: `#/$defs/d${i - 1}` }
    $defs[`d${i}`] = { allOf: [next, next] }
  }
  return { type: 'object', properties: { s: { $ref: `#/$defs/d${levels}` } }, $defs }
}

const node = (one: object) => ({
  type: 'object',
  properties: { s: { $ref: '#/$defs/n' } },
  $defs: { n: one },
})
const wide = node({ anyOf: Array.from({ length: 300 }, () => ({ $ref: '#/$defs/n' })) })
const list = node({ anyOf: [{ type: 'string' }, { type: 'array', items: { $ref: '#/$defs/n' } }] })
const evil = { type: 'object', properties: { s: { type: 'string', pattern: '^(a+)+$' } } }

const SHARED = `let x = ['a']; for (let i = 0; i < 28; i++) x = [x, x];`
const searched = Array.from({ length: 400 }, (_, i) => ({
  name: `tool_${i}`,
  description: Array.from(
    { length: 20 },
    (_, j) => `${'a'.repeat(30)}${(i * 20 + j).toString(36)}`,
  ).join(' '),
}))

/** By what they ask for. */
export const costlyRequests: Readonly<Record<string, CostlyRequest>> = {
  'metadata nested 4 500 deep': {
    body: { source: '1', durable: true, metadata: { m: nested(4500) } },
  },
  'metadata nested 1 500 deep': {
    body: { source: '1', durable: true, metadata: { m: nested(1500) } },
  },
  'shared references shown to a person': {
    body: { source: `${SHARED} human_approval('please', x)` },
  },
  'arguments of a thousand approvals': {
    body: {
      source: `const big = 'x'.repeat(1048000); for (let i = 0; i < 990; i++) human_approval.async('a' + i, big); sleep(2000)`,
      waitMs: 500,
    },
  },
  'a schema of 2^27 ways': { body: clientTool(branching(27), `t({s: 'x'})`) },
  'a pattern that goes back': { body: clientTool(evil, `t({s: 'a'.repeat(40) + '!'})`) },
  'a list of shared parts against a schema that refers to itself': {
    body: clientTool(list, `${SHARED} t({s: x})`),
  },
  'types of a schema that is wide and refers to itself': {
    body: { ...clientTool({ type: 'object' }, 't({s: 1})', wide), typecheck: 'warn' },
  },
  'searches for long words that all tools are like': {
    body: {
      source: `const q = Array.from({length: 12}, (_, n) => 'a'.repeat(30) + n.toString(36) + 'zz').join(' '); for (let i = 0; i < 60; i++) search_tools(q)`,
      clientTools: { clientId: 'costly', tools: searched },
    },
  },
  'a type check of 9 000 readings that fail': {
    body: { source: 'async<T>(a);\n'.repeat(9000), language: 'typescript', typecheck: 'error' },
  },
  'empty lines of the log': {
    body: { source: `for (let i = 0; i < 300000; i++) console.log('')` },
  },
  'a session of 48 MiB': {
    body: {
      limits: { cpuMs: 60_000, memoryBytes: 268_435_456 },
      source: `var keep = new Uint32Array(12582912); const n = 16384; for (let i = 0; i < n; i += 16384) keep.set(crypto.getRandomValues(new Uint32Array(16384)), i); for (let k = n; k < keep.length; k += n) { const x = crypto.getRandomValues(new Uint32Array(1))[0]; for (let i = 0; i < n; i++) keep[k + i] = keep[i] ^ x ^ Math.imul(i, k) } 1`,
    },
    path: 'session',
  },
  'outputs of a megabyte': { body: { source: `'x'.repeat(1048000)`, durable: true } },
}
