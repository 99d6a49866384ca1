/** Texts whose buffer has to grow in the middle of something, and bytes that JSON escapes. */

import t from 'tap'
import { isAnyEscaped, TextOutput } from '../../executor/engine/quickjs/text-output.ts'

/** The size of the buffer that every text begins in. */
const BUFFER_BYTES = 65_536
const NUMBERS = [-12.34, -0.5, 12.34, -2147483648, -20000000.01, 1e300, -1.5e-7]

t.test('a number comes out whole wherever the buffer ends', async t => {
  for (const number of NUMBERS) {
    for (let room = 0; room < 80; room++) {
      const out = new TextOutput()
      out.begin('')
      const before = BUFFER_BYTES - room
      for (let length = 0; length < before; length += 16) {
        out.ascii('x'.repeat(Math.min(16, before - length)))
      }
      out.number(number)
      out.number(number)
      const written = out.take().toString().slice(before)
      if (written !== `${number}${number}`) t.fail(`${written} with room for ${room} bytes`)
    }
  }
  t.pass('at each of its bytes')
})

t.test('a long string comes out whole wherever the buffer ends', async t => {
  const string = 'long'.repeat(50)
  for (let room = 0; room <= string.length + 4; room++) {
    const out = new TextOutput()
    out.begin('')
    const before = BUFFER_BYTES - room
    out.unescaped(Buffer.alloc(before - 2, 'x'))
    out.unescaped(Buffer.from(string))
    out.ascii(']')
    t.equal(out.take().toString().slice(before), `"${string}"]`)
  }
})

t.test('of each byte it is found wherever it stands whether JSON escapes it', async t => {
  const memory = Buffer.from(new ArrayBuffer(640)).fill(0xff)
  const words = new Uint32Array(memory.buffer)
  for (let byte = 0; byte < 256; byte++) {
    const isEscaped = JSON.stringify(String.fromCharCode(byte)).length > 3
    for (const [from, end] of [
      [8, 32],
      [9, 31],
      [10, 12],
      [11, 33],
      [13, 14],
      // Long ones are looked at in another way; only their ends differ from each other.
      [8, 560],
      [9, 559],
      [11, 563],
    ] as const) {
      for (let at = from - 2; at < end + 2; at++) {
        memory[at] = byte
        const isFound = isAnyEscaped(memory, words, from, end)
        const expected = isEscaped && at >= from && at < end
        if (isFound !== expected) t.fail(`${byte} at ${at} of ${from} to ${end}: ${isFound}`)
        memory[at] = 0xff
      }
    }
  }
  t.notOk(isAnyEscaped(memory, words, 0, 640))
  t.notOk(isAnyEscaped(memory, words, 7, 7), 'of none')
})
