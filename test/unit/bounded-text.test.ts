/** Texts for a model: no longer than their bound, whole characters, nothing lost that is named. */

import fc from 'fast-check'
import t from 'tap'
import { imagesAmong } from '../../protocol/answer/answer-images.ts'
import {
  answerParts,
  answerText,
  boundedParts,
  readAnswer,
} from '../../protocol/answer/answer-text.ts'
import { boundedText, bytesOf, fits } from '../../protocol/answer/bounded-text.ts'
import { anyCharacter } from '../support/any-character.ts'

const text = fc.string({ unit: anyCharacter, maxLength: 2000 })
const bytes = (value: string, isJson: boolean) =>
  Buffer.byteLength(isJson ? JSON.stringify(value).slice(1, -1) : value)

t.test('the bytes of a text are those that are sent', t => {
  fc.assert(
    fc.property(text, fc.boolean(), (value, isJson) => {
      t.equal(bytesOf(value, isJson), bytes(value, isJson))
      t.equal(fits(value, bytesOf(value, isJson), isJson), true)
    }),
    { numRuns: 50 },
  )
  t.equal(bytesOf('\ud800"\n', true), bytes('\ud800"\n', true))
  t.end()
})

t.test('a text has at most its bound, its two ends, and says what is missing', t => {
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 256, max: 3000 }),
      fc.boolean(),
      (value, maxBytes, isJson) => {
        const ranges: [number, number][] = []
        const cut = boundedText(value, { maxBytes, isJson }, (from, to) => {
          ranges.push([from, to])
          return 'how'
        })
        t.ok(bytes(cut, isJson) <= maxBytes, `${bytes(cut, isJson)} of ${maxBytes}`)
        const [range] = ranges
        if (range === undefined) return t.equal(cut, value)
        const [from, to] = range
        const mark = `\n… ${to - from} characters left out; how …\n`
        t.equal(cut, value.slice(0, from) + mark + value.slice(to))
        return t.ok(cut.isWellFormed() || !value.isWellFormed())
      },
    ),
    { numRuns: 100 },
  )
  t.end()
})

t.test('reading on from where a text was cut gives all of it', t => {
  const logs = [{ level: 'log' as const, text: 'l😀'.repeat(3000), atMs: 0 }]
  const output = { value: 'o"😀'.repeat(4000), text: '', exact: true }
  const whole = answerText({ logs, output })
  const parts = answerParts({ logs, output })
  t.equal(whole, `${parts.logs}\n\n${parts.output}`)
  const ranges: [number, number, boolean][] = []
  const cut = boundedParts(parts, 4000, { isJson: true }, (from, to, isOutput) => {
    ranges.push([from, to, isOutput])
    return ''
  })
  t.ok(bytes(cut.logs, true) + bytes(cut.output, true) <= 4000)
  t.strictSame(
    ranges.map(([, , isOutput]) => isOutput),
    [false, true],
  )
  for (const [from, to] of ranges) {
    let read = ''
    for (let at = from; at < to; ) {
      const part = readAnswer({ logs, output }, at, to, 256)
      t.ok(bytes(part.text, true) <= 1024 && part.text !== '')
      t.match(part, { from: at, total: whole.length })
      read += part.text
      at = part.to
    }
    t.equal(read, whole.slice(from, to))
  }
  t.match(readAnswer({ logs, output }, 2, 3, 256), { from: 1, to: 3, text: '😀' })
  t.match(readAnswer({ logs, output }, 1e9, Number.NaN, 256), { text: '' })
  t.equal(answerText({ logs: [], error: { name: 'E', message: 'm' } } as never), 'E: m')
  t.end()
})

t.test('a model gets the first images that fit, and nothing else', t => {
  const file = (type: string, size: number) => ({ type, size })
  const files = [
    file('text/plain', 1),
    file('image/svg+xml', 1),
    file('image/png', 0),
    file('image/png', 4_000_000),
    file('image/png; x=y', 2),
    file('image/webp', 3),
    file('image/jpeg', 3),
  ]
  t.strictSame(
    imagesAmong(files).map(({ size }) => size),
    [2, 3, 3],
  )
  t.equal(imagesAmong(files, { maxImages: 2 }).length, 2)
  t.equal(imagesAmong(files, { maxImages: 0 }).length, 0)
  t.equal(imagesAmong(files, { maxImageBytes: 2 }).length, 1)
  t.equal(imagesAmong(Array.from({ length: 8 }, () => file('image/png', 3_700_000))).length, 4)
  t.end()
})
