/** Texts whose buffer has to grow in the middle of a number. */

import t from 'tap'
import { TextOutput } from '../../executor/engine/quickjs/text-output.ts'

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
