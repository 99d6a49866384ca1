/** Long strings that tools answer cross as they are: exactly, within the limits, and through a journal. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { anyCharacter } from '../support/any-character.ts'
import { openExecutor } from '../support/executor.ts'

let given: unknown
let received: unknown

const executor = openExecutor(t, {
  workers: 1,
  tools: [
    { name: 'give', description: '', execute: async () => given },
    {
      name: 'take',
      description: '',
      execute: async (value: unknown) => {
        received = value
      },
    },
    { name: 'agree', description: '', needsApproval: true, execute: async () => 'agreed' },
    {
      name: 'items',
      description: '',
      execute: async function* () {
        yield given
      },
    },
  ],
  // The one worker runs another program, so the one that waits has left it.
  onApproval: async () => {
    await executor.executeOrThrow({ source: '1' })
    return { decision: 'approve' }
  },
})

/** Strings of 18 000 characters and more, of parts that are written in different ways. */
const long = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '"', '\\', '\0', 'é', 'Ā', '😀', '\ud800', '\udc00', 'x', '\u2028'),
      fc.string({ unit: anyCharacter, minLength: 1, maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(parts => parts.map(part => part.repeat(18_000)).join(''))

for (const [how, call] of [
  ['is taken at once', 'give()'],
  ['is awaited', 'await give()'],
  ['is one of several', '(give.map([1, 2]))[1]'],
  ['is an item of a stream', '[...items()][0]'],
] as const) {
  t.test(`a long string that ${how} is the one that the tool has answered`, async () => {
    const source = `const text = ${call}; for (let at = 0; at < text.length; at += 90_000) take(text.slice(at, at + 90_000)); return text.length`
    const property = fc.asyncProperty(long, async string => {
      given = string
      const outcome = await executor.executeOrThrow({ source })
      assert.equal(outcome.output, string.length)
      assert.equal(received, string.slice(Math.floor((string.length - 1) / 90_000) * 90_000))
    })
    await fc.assert(property, { numRuns: 12 })
  })
}

t.test('a program that goes on from its journal reads the same long string', async t => {
  for (const string of ['line\n'.repeat(9000), 'Ā\ud800'.repeat(9000)]) {
    given = string
    const source = 'const text = give(); const word = agree(); take(text); return word'
    const { output, usage } = await executor.executeOrThrow({ source })
    t.equal(output, 'agreed')
    t.equal(usage.resumes, 1)
    t.ok(received === string)
  }
})

t.test('a long string is measured as JSON, in bytes of UTF-8', async t => {
  const source = `try { return give().length } catch (error) { return error.message }`
  const limits = { maxCallResultBytes: 120_002 }
  const tooLarge = (bytes: number) =>
    `Cannot take the result of give: ${bytes} bytes, limit maxCallResultBytes 120002`
  for (const [string, bytes] of [
    ['\0'.repeat(20_000), 120_002],
    ['\0'.repeat(20_001), 120_008],
    ['"'.repeat(60_000), 120_002],
    ['Ā'.repeat(60_001), 120_004],
    ['x'.repeat(120_000), 120_002],
    ['x'.repeat(120_001), 120_003],
  ] as const) {
    given = string
    const { output } = await executor.executeOrThrow({ source, limits })
    t.equal(output, bytes <= limits.maxCallResultBytes ? string.length : tooLarge(bytes))
  }
})

t.test('a long string counts in the journal as JSON', async t => {
  given = '\0'.repeat(20_000)
  const source = 'give(); return 1'
  const outcome = (maxJournalBytes: number) =>
    executor.execute({ source, limits: { maxJournalBytes } })
  t.match(await outcome(120_003), { status: 'completed' })
  t.match(await outcome(120_002), { status: 'failed', error: { limit: 'maxJournalBytes' } })
})

t.test('what went out of a call is shown as JSON', async t => {
  given = 'line\n'.repeat(20_000)
  const { calls } = await executor.executeOrThrow({ source: 'give(); return 1' })
  t.match(calls[0]?.outputText, /^"line\\nline\\n.*…$/)
  t.equal(calls[0]?.outputText?.length, 1024)
})
