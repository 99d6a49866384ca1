/** Patterns of schemas: those of JavaScript mean what they mean there, others are told. */

import fc from 'fast-check'
import t from 'tap'
import { loadPatterns, readPattern } from '../../protocol/json-schema/pattern.ts'
import { Run } from '../../protocol/json-schema/run.ts'

await loadPatterns()

/** Whether a pattern matches, here; `undefined` when it is not tested. */
function isMatch(source: string, text: string): boolean | undefined {
  const read = readPattern(source)
  return read.why === undefined ? read.pattern.test(text, new Run()) : undefined
}

const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    '.',
    '\\d',
    '\\w',
    '\\s',
    '\\S',
    '\\b',
    '\\B',
    '[ab]',
    '[^a]',
    '[\\s\\d]',
    '[^\\S]',
  ],
  ...[
    '[a-c-]',
    '[\\w-]',
    '\\x41',
    '\\u0041',
    '\\cA',
    '\\0',
    '\\/',
    '\\-',
    '\\:',
    '\\.',
    '[]',
    '[^]',
  ],
  ...['[\\b]', '\\n', '\\p{L}', '\\P{Lu}', '\\p{Script=Greek}', '[\\p{L}_]', '-', '_', '@', '\\@'],
  ...['é', '{', '}', ']', '[.-\\/]', '[\\-a]'],
)
const quantifier = fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '+?', '{1,2}?')

const part = fc.letrec<{ part: string }>(tie => {
  const inner = tie('part')
  return {
    part: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.tuple(inner, inner).map(pair => pair.join('')),
      fc.tuple(inner, inner).map(pair => `(?:${pair.join('|')})`),
      inner.map(one => `(${one})`),
      inner.map(one => `(?<name>${one})`),
      fc.tuple(inner, quantifier).map(([one, times]) => `(?:${one})${times}`),
      fc.tuple(atom, quantifier).map(pair => pair.join('')),
    ),
  }
}).part

const lookahead = fc
  .tuple(fc.constantFrom('(?=', '(?!'), part)
  .map(([open, one]) => `${open}${one})`)

const pattern = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.array(lookahead, { maxLength: 2 }),
    part,
    fc.constantFrom('', '$', '(?<!a)$', '(?<=b)$'),
  )
  .map(([start, ahead, core, end]) => start + (start === '' ? '' : ahead.join('')) + core + end)

// Beyond the basic plane V8 itself errs: /[^a]$/u does not find a pair of surrogates.
const text = fc
  .array(fc.constantFrom(...'abA1_- \n\u2028\u00a0αé/\u0001\0@.:{]'), { maxLength: 6 })
  .map(letters => letters.join(''))

function compiled(source: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags)
    } catch {
      // Refused in this mode.
    }
  }
  return undefined
}

t.test('a pattern of JavaScript matches what it matches there', async t => {
  let compared = 0
  const texts = fc.array(text, { minLength: 6, maxLength: 10 })
  fc.assert(
    fc.property(pattern, texts, (source, list) => {
      const native = compiled(source)
      if (native === undefined) return
      for (const one of list) {
        const match = isMatch(source, one)
        if (match === undefined) return
        if (match !== native.test(one)) throw new Error(`${JSON.stringify(one)}: ${match}`)
        compared++
      }
    }),
    { numRuns: 3000 },
  )
  t.ok(compared > 5000, `${compared} texts were compared`)
})

t.test('patterns as schemas have them', async t => {
  const email =
    "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"
  const cases: ReadonlyArray<readonly [source: string, fits: string, fitsNot: string]> = [
    ['^https\\:\\/\\/[a-z0-9.]+(\\/.*)?$', 'https://a.example/b', 'ftp://a.example'],
    ['^[\\w\\-\\.]+\\@x$', 'a-b.c@x', 'a@y'],
    [email, 'ada.l@example.com', 'ada..l@example.com'],
    ['^(?=.*[A-Z])(?=.*\\d).{8,}$', 'Password1', 'password1'],
    ['^(?!-)[a-z-]{1,63}(?<!-)$', 'a-b', 'a-'],
    ['^.{0,5000}$', 'x'.repeat(5000), 'x'.repeat(5001)],
    ['^[\\w.]{2000}$', 'x'.repeat(2000), 'x'.repeat(1999)],
    ['^.{2}$', '😀a', '😀'],
    ['^\\u{1F600}$', '😀', 'x'],
    ['^\\ud83d\\ude00$', '😀', 'x'],
    ['b$', 'ab', 'ab\n'],
    ['^\\s$', '\u00a0', 'x'],
    ['^$|^a$', '', 'b'],
    ['^\\_x$', '_x', 'x'],
  ]
  for (const [source, fits, fitsNot] of cases) {
    t.equal(isMatch(source, fits), true, source)
    t.equal(isMatch(source, fitsNot), false, source)
  }
})

t.test('a pattern that is not tested says why', async t => {
  const foreign = [
    ...['(?i)a', '(?P<y>a)', '(?P<y>a)(?P=y)', '\\Aa\\Z', '\\Aa\\z', '[[:alpha:]]+', 'a++', 'a*+'],
    ...['(?>a)b', '(?#x)a', '\\Qa.b\\E', '\\h+', '\\R', 'a{,3}', '[a-z&&[^b]]', '\\x{41}', '\\e'],
    ...['(', '[b-a]', '*', '(?x) a'],
  ]
  for (const source of foreign) {
    t.strictSame(readPattern(source), { why: 'it is written in another dialect' }, source)
  }
  const others: Readonly<Record<string, string>> = {
    '^(a)\\1$': 'it refers back to a group',
    '^(?<q>a)\\k<q>$': 'it refers back to a group',
    '(?<!a)b': 'it looks ahead or behind',
    '^a(?!b)c$': 'it looks ahead or behind',
    '^(?:(?=a)b)?$': 'it looks ahead or behind',
    '(?i:a)': 'it sets the flags i',
    '^\\p{Alphabetic}$': 'it asks for \\p{Alphabetic}',
    '^(?:a{600}){2}$': 'it repeats more than 1000 times',
    [`^${'a'.repeat(4000)}$`]: 'it is longer than 4000 characters',
  }
  for (const [source, why] of Object.entries(others))
    t.strictSame(readPattern(source), { why }, source)
})
