import t from 'tap'
import { fileResults } from '../support/file-results.ts'
import { longest, slowestFirst } from '../support/slowest-first.ts'

/** What a process prints of a file in which all is well, or of one that has failed. */
const printed = (file: string, number: number, isOk = true) =>
  `# Subtest: ${file}\n    ok 1 - a.ts\n    1..1\n${isOk ? '' : 'not '}ok ${number} - ${file} # time=12.5ms\n`

const told = (tap: string, failure?: string) =>
  fileResults(['a.ts', 'b.ts', 'c.ts'], {
    tap,
    ms: 50,
    ...(failure !== undefined && { failure }),
  }).map(({ file, failure = '', ms }) => `${file} ${ms} ${failure}`.trim())

t.test('files of one process are told one by one', async t => {
  const all = printed('a.ts', 1) + printed('b.ts', 2) + printed('c.ts', 3)
  t.strictSame(told(`TAP version 14\n${all}1..3\n`), ['a.ts 12.5', 'b.ts 12.5', 'c.ts 12.5'])
  const [first] = fileResults(['a.ts', 'b.ts'], { tap: all, ms: 1 })
  t.match(first?.tap, /^ok 1 - a\.ts\n1\.\.1\n/m, 'a line of a test is not one of the process')
})

t.test('a file that fails fails by itself', async t => {
  const all = printed('a.ts', 1) + printed('b.ts', 2, false) + printed('c.ts', 3)
  t.strictSame(told(all, 'exited with 1'), ['a.ts 12.5', 'b.ts 12.5 failed', 'c.ts 12.5'])
})

t.test('a process that ends early fails with the file that ran', async t => {
  const begun = '# Subtest: c.ts\n    ok 1 - one\n'
  const before = printed('a.ts', 1) + printed('b.ts', 2)
  t.strictSame(told(before + begun, 'was ended by SIGSEGV'), [
    'a.ts 12.5',
    'b.ts 12.5',
    'c.ts 50 was ended by SIGSEGV',
  ])
  t.strictSame(told(before), ['a.ts 12.5', 'b.ts 12.5', 'c.ts 50 ended before'])
})

t.test('a failure after the last file is a failure of all', async t => {
  const all = printed('a.ts', 1) + printed('b.ts', 2) + printed('c.ts', 3)
  t.equal(told(all, 'exited with 7').at(-1), 'a.ts b.ts c.ts 50 exited with 7')
})

t.test('a file without a test fails', async t => {
  const empty = '# Subtest: b.ts\n    1..0\nok 2 - b.ts # time=1ms\n'
  const all = printed('a.ts', 1) + empty + printed('c.ts', 3)
  t.strictSame(told(all), ['a.ts 12.5', 'b.ts 1 holds no test', 'c.ts 12.5'])
  t.match(fileResults(['a.ts'], { tap: '', ms: 1 }), [{ failure: 'ended before' }])
})

t.test('each file runs once, the long ones first', async t => {
  const files = Array.from({ length: 5 }, (_, i) => `test/${i}.ts`)
  const [longer = '', long = ''] = longest
  t.strictSame(slowestFirst([...files, long, longer]), [longer, long, ...files])
})
