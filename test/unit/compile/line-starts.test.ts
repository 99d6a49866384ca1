/** Places of errors, and that finding them does not make a source cost the square of its length. */

import { getLineInfo } from 'acorn'
import fc from 'fast-check'
import t from 'tap'
import { parse } from '../../../executor/compile/parse/parse.ts'
import { LineStarts } from '../../../executor/compile/rewrite/line-starts.ts'

t.test('a place is the one that acorn tells', async t => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\n', '\r', '\r\n', '\u2028', '\u2029', '😀'),
  })
  const property = fc.property(text, fc.nat(), (source, at) => {
    const offset = at % (source.length + 1)
    // acorn takes an offset between the halves of a line break for one of the line before.
    fc.pre(source.slice(offset - 1, offset + 1) !== '\r\n')
    const { line, column } = getLineInfo(source, offset)
    t.strictSame(new LineStarts(source).at(offset), { line, column })
  })
  fc.assert(property, { numRuns: 300 })
})

/**
 * Milliseconds of this thread's computing in the fastest of three readings; the first that stays below
 * a bound is enough.
 */
function readingMs(source: string, boundMs = 0): number {
  let fastestMs = Infinity
  for (let reading = 0; reading < 3 && fastestMs >= boundMs; reading++) {
    const before = process.threadCpuUsage()
    parse(source, 'typescript')
    const { user, system } = process.threadCpuUsage(before)
    fastestMs = Math.min(fastestMs, (user + system) / 1000)
  }
  return fastestMs
}

t.test('readings that fail and are tried again cost as much for each place', async t => {
  for (const line of ['async<T>(a);\n', 'a < b;\n', 'a ? (b) : c;\n', 'f<T>(a);\n']) {
    const few = readingMs(line.repeat(1000))
    // 16 times as much when it grows with the length, 256 times with its square.
    const bound = few * 128
    const many = readingMs(line.repeat(16_000), bound)
    t.ok(many < bound, `${JSON.stringify(line)}: ${few} ms, ${many} ms`)
  }
})
