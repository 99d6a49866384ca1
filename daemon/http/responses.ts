/** Descriptions of answers that many routes share. */

import type { z } from 'zod'
import { Problem } from './problem.ts'

const titles = {
  400: 'The request is not valid',
  401: 'A token is required',
  403: 'The token does not allow it',
  404: 'There is no such thing',
  409: 'It is not in the state for that',
  405: 'The path does not take that method; see Allow',
  410: 'The execution of the idempotency key was deleted',
  413: 'The body or the source is too large',
  416: 'The file has no such bytes',
  415: 'The body is not JSON in UTF-8',
  422: 'A tool is not known, or the idempotency key was used with another body',
  426: 'A WebSocket is expected there',
  429: 'The token is at one of its limits, or too many executions wait; see Retry-After',
  503: 'The daemon is stopping, or what it needs is away or full; see Retry-After',
  507: 'The disk of the state folder is full',
} as const

/** An answer with a JSON body. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

type Status = keyof typeof titles

/** A header of an answer, as OpenAPI writes it. */
const header = (
  description: string,
  schema: { type: 'string' | 'integer' } = { type: 'string' },
) => ({
  ...{ description, schema, required: true },
})

const WHERE = { Location: header('Where it is') }

/** Headers of refusals, by status. */
const refusalHeaders: Partial<Record<Status, Record<string, ReturnType<typeof header>>>> = {
  401: { 'WWW-Authenticate': header('`Bearer`') },
  429: { 'Retry-After': header('Seconds', { type: 'integer' }) },
  503: { 'Retry-After': header('Seconds', { type: 'integer' }) },
}

/** A description of an answer, with the `Location` of what was made. */
export const located = <Answer extends object>(answer: Answer) => ({ ...answer, headers: WHERE })

/** The headers of an answer with a file; `isPart` for a range of it. */
export const fileHeaders = (isPart = false) => ({
  ETag: header('The SHA-256 of the file'),
  'Accept-Ranges': header('`bytes`'),
  'Content-Disposition': header('An attachment, with the name of the file'),
  'Last-Modified': header('When the file was changed, as its maker said'),
  ...(isPart && { 'Content-Range': header('The range, and the size of the file') }),
})

/** Refusals with these statuses. */
export function problems<S extends Status>(...statuses: S[]) {
  const described = statuses.map(status => [
    status,
    {
      description: titles[status],
      content: { 'application/problem+json': { schema: Problem } },
      ...(refusalHeaders[status] && { headers: refusalHeaders[status] }),
    },
  ])
  return Object.fromEntries(described) as {
    [K in S]: {
      description: string
      content: { 'application/problem+json': { schema: typeof Problem } }
    }
  }
}

/** The `security` of a route that needs a token, as OpenAPI writes it. */
export const security = [{ bearer: [] }]
