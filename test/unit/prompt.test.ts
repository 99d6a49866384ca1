/** `latchd run` at a terminal: the person in front of it is asked. */

import t, { type Test } from 'tap'
import { runProgram } from '../../daemon/cli/program.ts'
import { testFolder } from '../support/test-folder.ts'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program at a terminal where these lines are typed, and then nothing more. */
async function runAt(t: Test, source: string, typed: readonly string[]): Promise<Ended> {
  const cwd = testFolder(t, { 'a.js': source })
  const texts = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      texts[name] += text
    },
  })
  const lines = [...typed]
  const code = await runProgram(['run', 'a.js'], {
    env: {},
    cwd,
    stdin: (async function* () {})(),
    stdout: output('stdout'),
    stderr: output('stderr'),
    ask: async question => {
      texts.stderr += question
      return lines.shift()
    },
    onSignal: () => () => {},
    exit: () => t.fail('it must not exit'),
  })
  return { code, ...texts }
}

const one = 'const { approved, reason } = human_approval("x"); [approved, reason]'

t.test('y is yes, n is no, and what stands behind it the reason', async t => {
  t.match(await runAt(t, one, ['y']), { code: 0, stdout: '[ true, null ]\n' })
  t.match(await runAt(t, one, ['YES']), { stdout: '[ true, null ]\n' })
  t.match(await runAt(t, one, ['n']), { stdout: '[ false, null ]\n' })
  t.match(await runAt(t, one, ['no, not today']), { stdout: "[ false, 'not today' ]\n" })
})

t.test('what is neither is asked again, and no answer is no', async t => {
  const { stdout, stderr } = await runAt(t, one, ['', 'perhaps', 'nope', 'y'])
  t.equal(stdout, '[ true, null ]\n')
  t.equal(stderr.split('Approve? ').length - 1, 4)
  t.match(stderr, 'Waits for approval: human_approval {"action":"x"}\n')
  t.match(await runAt(t, one, []), { stdout: "[ false, 'nobody answered' ]\n" })
})

t.test('a question is answered with text', async t => {
  t.match(await runAt(t, 'ask_human("name?")', ['Ada Lovelace']), { stdout: "'Ada Lovelace'\n" })
})

t.test('several at once are asked one after the other', async t => {
  const source = `(await Promise.all([1, 2, 3].map(n => human_approval('n' + n)))).map(a => a.approved)`
  const { stdout, stderr } = await runAt(t, source, ['y', 'n', 'y'])
  t.equal(stdout, '[ true, false, true ]\n')
  const order = [...stderr.matchAll(/"action":"(n\d)"|Approve\?/g)].map(([text, n]) => n ?? text)
  t.strictSame(order, ['n1', 'Approve?', 'n2', 'Approve?', 'n3', 'Approve?'])
})
