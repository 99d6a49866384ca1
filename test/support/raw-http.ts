/** HTTP byte by byte, for requests that no client would send. */

import { connect } from 'node:net'
import type { Test } from 'tap'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends bytes and reads until the other end closes the connection; gives every answer that came.
 *
 * @param parts sent one after the other
 */
export function exchange(
  t: Test,
  url: string,
  parts: readonly (string | Buffer)[],
): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  t.teardown(() => socket.destroy())
  const { promise, resolve } = Promise.withResolvers<RawAnswer[]>()
  let text = ''
  socket.setEncoding('latin1').on('data', chunk => {
    text += chunk
  })
  // Bytes that came too late are reset: what was answered before counts.
  socket.on('error', () => {})
  socket.on('close', () => resolve(readAnswers(text)))
  for (const part of parts) socket.write(part)
  return promise
}

function readAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = text
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const [first = '', ...lines] = rest.slice(0, end < 0 ? undefined : end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map(line => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
    const length = Number(headers['content-length'] ?? 0)
    const from = end < 0 ? rest.length : end + 4
    answers.push({
      status: Number(first.split(' ')[1]),
      headers,
      body: rest.slice(from, from + length),
    })
    rest = rest.slice(from + length)
  }
  return answers
}
