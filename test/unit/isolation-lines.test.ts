/** Messages between the daemon and its workers' process, in whatever parts they come. */

import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { readLines, sendLine } from '../../executor/pool/process/lines.ts'
import { anyCharacter } from '../support/any-character.ts'

/** What a socket would carry for these messages. */
function written(messages: readonly (readonly [object, Uint8Array | undefined])[]): Buffer {
  const sent: Buffer[] = []
  const socket = {
    writable: true,
    write: (part: string | Uint8Array) => sent.push(Buffer.from(part as string)),
  }
  for (const [message, bytes] of messages) sendLine(socket as unknown as Socket, message, bytes)
  return Buffer.concat(sent)
}

/** Reads a socket that carries such chunks: the messages, or the fault. */
async function read(chunks: readonly Uint8Array[]) {
  const socket = new PassThrough()
  const messages: [unknown, Uint8Array | undefined][] = []
  let fault: Error | undefined
  readLines(
    socket as unknown as Socket,
    (message, bytes) => messages.push([message, bytes]),
    error => {
      fault = error
    },
  )
  for (const chunk of chunks) socket.write(chunk)
  socket.end()
  await new Promise(resolve => socket.once('end', resolve))
  return { messages, fault: fault?.message }
}

t.test('messages and their bytes arrive as they were, whatever the chunks', async t => {
  const message = fc.record(
    { text: fc.string({ unit: anyCharacter }), n: fc.integer() },
    { noNullPrototype: true },
  )
  const bytes = fc.option(fc.uint8Array({ minLength: 1, maxLength: 400 }), { nil: undefined })
  const list = fc.array(fc.tuple(message, bytes), { maxLength: 6 })
  const property = fc.asyncProperty(list, fc.integer({ min: 1, max: 50 }), async (sent, step) => {
    const whole = written(sent)
    const chunks = Array.from({ length: Math.ceil(whole.length / step) }, (_, i) =>
      whole.subarray(i * step, (i + 1) * step),
    )
    const { messages, fault } = await read(chunks)
    t.equal(fault, undefined)
    const plain = messages.map(([one, its]) => [one, its && Array.from(its)])
    t.strictSame(
      plain,
      sent.map(([one, its]) => [one, its && Array.from(its)]),
    )
  })
  await fc.assert(property, { numRuns: 100 })
})

t.test('many bytes go in pieces', async t => {
  const bytes = new Uint8Array(3 * 1024 * 1024 + 5).map((_, i) => i % 251)
  const whole = written([[{ kind: 'report' }, bytes]])
  t.equal(whole.toString('latin1').match(/@\d+\n/g)?.length, 4)
  const { messages } = await read([whole])
  t.ok(Buffer.from(messages[0]?.[1] as Uint8Array).equals(bytes))
})

t.test('what is no message is a fault, and nothing is read after it', async t => {
  for (const text of [
    '{"a":1\n',
    '@\n',
    '@0\n',
    '@-5\n',
    '@1e3\n',
    '@9999999\n',
    '@12345678901234567890\n',
  ]) {
    const { messages, fault } = await read([Buffer.from(`${text}{"after":1}\n`)])
    t.strictSame(messages, [], text)
    t.type(fault, 'string', text)
  }
})

t.test('more bytes than a message may have are not sent and not taken', async t => {
  const large = new Uint8Array(161 * 1024 * 1024)
  t.throws(() => written([[{}, large]]), /168820736 bytes beside a message/)
  t.throws(() => written([[{}, 'text' as unknown as Uint8Array]]), /bytes are expected/)
  const piece = Buffer.concat([Buffer.from(`@${1024 * 1024}\n`), Buffer.alloc(1024 * 1024)])
  const { messages, fault } = await read(Array.from({ length: 161 }, () => piece))
  t.strictSame(messages, [])
  t.match(fault, /a piece that cannot be/)
})
