/** Requests to a daemon that listens on a Unix socket. */

import { request } from 'node:http'
import { json } from 'node:stream/consumers'

export interface Answer {
  readonly status: number | undefined
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly body: any
}

/** A daemon that starts while it is asked has answered by then, on a busy machine too. */
const ANSWER_MS = 60_000

/** Gets a path, or posts a body, over a connection of its own. */
export function askSocket(
  socketPath: string,
  token: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = Promise.withResolvers<Answer>()
  const asked = request(
    {
      socketPath,
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      timeout: ANSWER_MS,
      // A connection that is kept would be that of a daemon which is gone.
      agent: false,
    },
    async response => {
      try {
        answer.resolve({ status: response.statusCode, body: await json(response) })
      } catch (error) {
        answer.reject(error)
      }
    },
  )
  asked.on('timeout', () => asked.destroy(new Error(`no answer to ${path} in ${ANSWER_MS} ms`)))
  asked.on('error', answer.reject).end(body === undefined ? undefined : JSON.stringify(body))
  return answer.promise
}
