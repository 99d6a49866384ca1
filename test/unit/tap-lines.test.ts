/** The reporter of `npm test`, over TAP as `tap run` writes it. */

import { text } from 'node:stream/consumers'
import t from 'tap'
import TapLines from '../support/tap-lines.ts'

const tap = `TAP version 14
# Subtest: test/spec/good.test.ts
    # Subtest: a test
        ok 1 - as it should be
        1..1
    ok 1 - a test # time=2ms
    ok 2 - another # SKIP
    1..2
ok 1 - test/spec/good.test.ts # time=1200.4ms
# Subtest: test/spec/bad.test.ts
    # Subtest: around
        # Subtest: inside
            not ok 1 - one is two
              ---
              at:
                fileName: test/spec/bad.test.ts
                lineNumber: 7
              diff: |
                -2
                +1
              ...
            ok 2 - goes on
            1..2
        not ok 1 - inside # time=1ms
        1..1
    not ok 1 - around # time=1ms
    what the file printed
    # Subtest: beside it
        ok 1 - yes
        1..1
    ok 2 - beside it
    1..2
not ok 2 - test/spec/bad.test.ts # time=34ms
# Subtest: test/spec/crashed.test.ts
    # Subtest: before the crash
        ok 1 - yes
        1..1
    ok 1 - before the crash
    1..1
not ok 3 - test/spec/crashed.test.ts # time=5ms
  ---
  exitCode: null
  signal: SIGSEGV
  ...
1..3
`

/** What the reporter prints for TAP that comes in small pieces. */
async function report(input: string): Promise<string> {
  const lines = new TapLines()
  for (const piece of input.match(/[\s\S]{1,7}/g) ?? []) lines.write(piece)
  lines.end()
  return await text(lines)
}

t.test('a run is a line for each file, each failure, and a count that stands alone', async t => {
  const lines = await report(tap)
  t.strictSame(lines.replace(/ files in \d+\.\d s/, ' files in … s').split('\n'), [
    'ok     test/spec/good.test.ts  1 passed, 1 skipped  1.2 s',
    'FAILED test/spec/bad.test.ts  1 passed, 1 failed  0.0 s',
    'FAILED test/spec/crashed.test.ts  1 passed, 1 failed  0.0 s',
    '',
    'FAILED test/spec/bad.test.ts',
    '',
    '  around › inside › one is two',
    '    at test/spec/bad.test.ts:7',
    '    diff:',
    '      -2',
    '      +1',
    '',
    '  It printed:',
    '    what the file printed',
    '',
    'FAILED test/spec/crashed.test.ts',
    '',
    '  The file itself',
    '    signal: SIGSEGV',
    '',
    'Slowest of 3 files in … s: test/spec/good.test.ts 1.2 s, test/spec/bad.test.ts 0.0 s, test/spec/crashed.test.ts 0.0 s',
    '',
    'To run again what failed:',
    '  npx tap run test/spec/bad.test.ts test/spec/crashed.test.ts',
    '',
    '3 passed, 2 failed, 1 skipped',
    '',
  ])
})

t.test('a run in which all is well has no failures to tell', async t => {
  const [good = ''] = tap.split('# Subtest: test/spec/bad')
  const lines = (await report(`${good}1..1\n`)).trimEnd().split('\n')
  t.equal(lines.at(-1), '1 passed, 0 failed, 1 skipped')
  t.notMatch(lines.join('\n'), /FAILED|run again/)
})

t.test('a file that ran again counts by its last run, and its failure is shown', async t => {
  const [, bad = ''] =
    /(# Subtest: test\/spec\/bad[\s\S]*?)# Subtest: test\/spec\/crashed/.exec(tap) ?? []
  const again = `# Subtest: test/spec/bad.test.ts
    ok 1 - around
    ok 2 - beside it
    1..2
ok 2 - test/spec/bad.test.ts # time=30ms
1..2
`
  const lines = (await report(`${bad}${again}`)).trimEnd().split('\n')
  t.strictSame(lines.slice(0, 5), [
    'FAILED test/spec/bad.test.ts  1 passed, 1 failed  0.0 s',
    'ok     test/spec/bad.test.ts  1 passed  0.0 s',
    '',
    'FAILED test/spec/bad.test.ts',
    '',
  ])
  t.ok(lines.includes('  It passed when it ran again, alone.'))
  t.equal(lines.at(-1), '1 passed, 0 failed')
  t.notMatch(lines.join('\n'), /To run again/)
})

t.test('the environment of the tests is the same everywhere', async t => {
  const { TERM, TZ, LANG, FORCE_COLOR, NO_COLOR, CI, LATCHD_URL, OPENAI_API_KEY } = process.env
  t.strictSame([TERM, TZ, LANG], ['dumb', 'UTC', 'C.UTF-8'])
  t.strictSame(
    [FORCE_COLOR, NO_COLOR, CI, LATCHD_URL, OPENAI_API_KEY],
    [undefined, undefined, undefined, undefined, undefined],
  )
})
