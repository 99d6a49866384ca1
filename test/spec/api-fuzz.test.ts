/**
 * Every route of the OpenAPI document under requests that nobody thought of: no 5xx, no hang, each
 * answer as the document says.
 *
 * `LATCHD_FUZZ_RUNS` asks for more of them, with another seed each time.
 */

import { Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import t from 'tap'
import { post } from '../support/daemon.ts'
import { patience } from '../support/patience.ts'
import { type Schema, valueFor } from '../support/schema-arbitrary.ts'
import { as, tokenDaemon } from '../support/token-daemon.ts'
import { FUZZ_RUNS, FUZZ_SEED } from './attacks/fuzz.ts'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface FuzzedRequest {
  readonly method: string
  readonly route: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly operation: Operation
}

const runs = Number(process.env.LATCHD_FUZZ_RUNS ?? FUZZ_RUNS)
const isLong = process.env.LATCHD_FUZZ_RUNS !== undefined
/** The suite's part of it. */
const SUITE_MS = 6000
/** Nothing that is asked for takes as long. */
const HANG_MS = 20_000

const sources = fc.constantFrom(
  '1 + 1',
  'sleep(5)',
  'human_approval("x")',
  'throw new Error("x")',
  'let x =',
  'x',
  '[...Array(100)].map((_, i) => ({ i }))',
  '```js\nprint(1)\n```',
  '\u0000',
)
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
const waits = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(-1, 1e9, 0.5, 'x', null))

t.test('requests of every kind are answered as the document says', async t => {
  const { url } = await tokenDaemon(t, [{ name: 'ann' }], { LATCHD_MAX_QUEUE: '50' })
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  const { sessionId } = (await post(`${url}/v1/sessions`, undefined, as('ann'))).body
  const source = 'human_approval("x")'
  const { executionId, waitingFor } = (await post(`${url}/v1/execute`, { source }, as('ann'))).body
  const ended = (await post(`${url}/v1/execute`, { source: '1' }, as('ann'))).body.executionId
  const ids = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(executionId, ended, sessionId, waitingFor[0].approvalId),
    },
    { weight: 1, arbitrary: fc.constantFrom('none', '%', '..', '%00', '%2e%2e%2f', '__proto__') },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 10 }).map(encodeURIComponent) },
  )
  const reading = {
    schemaOf: (ref: string) => document.components.schemas[ref.split('/').at(-1) ?? ''] as Schema,
    known: {
      source: sources,
      code: sources,
      waitMs: waits,
      sessionId: fc.oneof(ids, fc.constant(sessionId)),
      executionId: ids,
      // No posts to anybody.
      url: fc.constantFrom('http://127.0.0.1:1/', 'http://169.254.169.254/', 'ftp://x/', 'x', ''),
    },
  }
  const text = (schema: Schema) => valueFor(schema, reading).map(textOf)
  const header = (schema: Schema) => text(schema).map(value => value.replace(/[^\x20-\x7e]/g, '?'))

  const requestOf = (route: string, method: string, operation: Operation) => {
    const { parameters = [], requestBody } = operation
    const within = (place: Parameter['in']) => parameters.filter(one => one.in === place)
    const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
    const query = within('query').map(({ name, schema }) => [
      name,
      optional(name === 'waitMs' ? waits.map(String) : text(schema)),
    ])
    const headers = within('header').map(({ name, schema }) => [name, optional(header(schema))])
    const [schema] = Object.values(requestBody?.content ?? {}).map(one => one.schema)
    const body = schema
      ? fc.oneof(
          { weight: 8, arbitrary: valueFor(schema, reading).map(value => JSON.stringify(value)) },
          { weight: 1, arbitrary: fc.constantFrom('', '{', 'null', '[]', '{"__proto__": {}}') },
        )
      : fc.constantFrom(undefined, undefined, '{}')
    return fc
      .record({
        id: ids,
        query: fc.record(Object.fromEntries(query)),
        headers: fc.record(Object.fromEntries(headers)),
        body,
        type: fc.constantFrom('application/json', 'application/json', 'text/plain', 'x'),
      })
      .map(made => {
        const search = new URLSearchParams()
        for (const [name, value] of Object.entries(made.query)) {
          if (value !== undefined) search.set(name, value as string)
        }
        const given = Object.entries(made.headers).filter(([, value]) => value !== undefined)
        const hasBody = made.body !== undefined && method !== 'get'
        return {
          method: method.toUpperCase(),
          route,
          path: `${route.replace(/\{\w+\}/, made.id)}?${search}`,
          headers: {
            ...as('ann'),
            ...(hasBody && { 'content-type': made.type }),
            ...(Object.fromEntries(given) as Record<string, string>),
          },
          body: hasBody ? made.body : undefined,
          operation,
        }
      })
  }
  const requests = Object.entries(document.paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, one]) => requestOf(route, method, one)),
  )
  const seen = new Map<string, Set<number>>()
  const check = async (request: FuzzedRequest) => {
    const { method, route, path, headers, body, operation } = request
    const left = new AbortController()
    const signal = AbortSignal.any([left.signal, AbortSignal.timeout(patience(HANG_MS))])
    const response = await fetch(url + path, { method, headers, signal, ...(body && { body }) })
    const name = `${method} ${route}`
    seen.set(name, (seen.get(name) ?? new Set()).add(response.status))
    const type = (response.headers.get('content-type') ?? '').split(';')[0] as string
    if (response.status >= 500) throw new Error(`${response.status}: ${await response.text()}`)
    if (type === 'text/event-stream') {
      left.abort()
      return
    }
    const answer = await response.text()
    // An id that is no part of a path leads to no route, or to another one.
    const isRoute = new URL(url + path).pathname.split('/').length === route.split('/').length
    if (!isRoute) return
    if (response.status >= 400 && !(response.status === 422 && route === '/execute')) {
      if (type !== 'application/problem+json') throw new Error(`a refusal as ${type}: ${answer}`)
    }
    const told = operation.responses[response.status]
    if (told === undefined) throw new Error(`no ${response.status} in the document: ${answer}`)
    if (told.content === undefined) {
      if (answer !== '') throw new Error(`an answer where there is none: ${answer}`)
      return
    }
    const schema = told.content[type]?.schema
    if (schema === undefined) throw new Error(`no ${type} for ${response.status} in the document`)
    if (!type.endsWith('json')) return
    const validator = new Validator(
      { ...schema, components: document.components } as never,
      '2020-12',
    )
    const { valid, errors } = validator.validate(JSON.parse(answer))
    if (!valid) throw new Error(`${answer} is not as told: ${JSON.stringify(errors)}`)
  }
  /** Whether a request has no answer because its connection was lost. */
  const isOfConnection = (error: Error) => error.message === 'fetch failed'
  /** The first request of each kind that was not answered as it should be. */
  const faults = new Map<string, string>()
  const property = fc.asyncProperty(fc.oneof(...requests), async request => {
    const { method, route, path, headers, body } = request
    try {
      // On a busy machine a client may use a connection that the daemon has just closed as idle. What
      // closes a connection by itself does so again.
      await check(request).catch(error => {
        if (!isOfConnection(error)) throw error
        return check(request)
      })
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } }
      // The client's own bound: on a busy machine the request was never sent.
      if (cause?.code === 'UND_ERR_CONNECT_TIMEOUT') return
      const kind = `${method} ${route}: ${message.slice(0, 60)}`
      const fault = { message, code: cause?.code, path, headers, body }
      if (!faults.has(kind)) faults.set(kind, JSON.stringify(fault))
    }
  })
  const { numRuns, seed } = await fc.check(property, {
    numRuns: runs,
    ...(!isLong && {
      seed: FUZZ_SEED,
      interruptAfterTimeLimit: SUITE_MS,
      markInterruptAsFailure: false,
    }),
  })
  t.comment(`${numRuns} requests, seed ${seed}`)
  for (const [name, statuses] of seen) t.comment(`${name}: ${[...statuses].sort().join(' ')}`)
  t.strictSame([...faults.values()], [])
  t.ok(numRuns > 0)
  t.equal((await fetch(`${url}/healthz`)).status, 200, 'the daemon lives')
})
