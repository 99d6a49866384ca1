import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type HereOptions, startHere } from '../support/command-here.ts'
import { testDaemon } from '../support/daemon.ts'
import {
  calling,
  programs,
  type Script,
  type ScriptedReply,
  scriptedModel,
} from '../support/model-server.ts'
import { stateFolder } from '../support/state-folder.ts'

t.jobs = 2

const modulePath = (t: Test) => {
  const path = join(stateFolder(t), 'tools.mjs')
  writeFileSync(
    path,
    `export default {
      lookup: { description: 'Looks a name up.', execute: async name => ({ name, age: 36 }) },
      erase: { description: 'Erases.', needsApproval: true, execute: async name => name + ' erased' },
    }`,
  )
  return path
}

/** Runs `latchd agent` in this process with a scripted model and, unless it has a daemon, tools. */
async function agent(
  t: Test,
  script: Script | readonly ScriptedReply[],
  args: readonly string[] = [],
  options: HereOptions = {},
) {
  const { client, requests } = await scriptedModel(t, script)
  const settings = ['--model', 'scripted', '--model-base-url', client.baseURL]
  const tools = options.env?.LATCHD_URL === undefined ? ['--tools', modulePath(t)] : []
  const running = startHere(
    t,
    ['agent', 'How old is Ada?', ...settings, ...tools, ...args],
    options,
  )
  return { ...running, requests }
}

/** What a run has cost differs from machine to machine. */
const timeless = (text: string) => text.replace(/, [\d.]+ s$/m, ', TIME')

t.test('the steps come on stderr, the answer alone on stdout', async t => {
  const { ended } = await agent(t, [
    programs("const ada = lookup('Ada')\nconsole.log('found', ada.name)\nada", 'I look her up.'),
    programs('ada.age.in.years', 'In years.'),
    programs('final_answer(`She is ${ada.age}`)', 'I know it.'),
  ])
  const { code, stdout, stderr } = await ended
  t.strictSame([code, stdout], [0, 'She is 36\n'])
  const told = timeless(stderr).replace(/\d+ tokens/, 'N tokens')
  t.equal(
    told,
    `Running in this process (embedded executor), asking scripted
Step 1: I look her up.
  │ const ada = lookup('Ada')
  │ console.log('found', ada.name)
  │ ada
found Ada
  → { name: 'Ada', age: 36 }
Step 2: In years.
  │ ada.age.in.years
  → TypeError: Cannot read properties of undefined (reading 'years')
Step 3: I know it.
  │ final_answer(\`She is \${ada.age}\`)
3 steps, 3 model calls, N tokens, TIME
`,
  )
})

t.test('--json gives answer, steps and tokens, of any value', async t => {
  const { ended } = await agent(t, [programs('final_answer(new Map([["Ada", 36n]]))')], ['--json'])
  const { code, stdout } = await ended
  t.equal(code, 0)
  t.match(JSON.parse(stdout), {
    output: [['Ada', '36']],
    state: 'completed',
    steps: [{ type: 'task-step' }, { type: 'action-step', isFinalAnswer: true }],
    usage: { modelCalls: 1 },
  })
})

t.test('--plan has a plan written first', async t => {
  const { ended } = await agent(t, ['1. Say it.', programs('final_answer(36)')], ['--plan'])
  const { code, stdout, stderr } = await ended
  t.strictSame([code, stdout], [0, '36\n'])
  t.match(stderr, /\nPlan:\n1\. Say it\.\n\nStep 1/)
})

t.test('--tool-calling has the model call tools one by one', async t => {
  const { ended } = await agent(
    t,
    [calling(['lookup', { args: ['Ada'] }]), calling(['final_answer', { answer: '36' }])],
    ['--tool-calling'],
  )
  const { code, stdout, stderr } = await ended
  t.strictSame([code, stdout], [0, '36\n'])
  t.match(stderr, '  │ lookup({"args":["Ada"]})\n  → lookup: {"name":"Ada","age":36}\n')
})

t.test('an answer that only the step limit brings is printed, and 1', async t => {
  const { ended } = await agent(t, [programs('1'), 'About 36.'], ['--max-steps', '1'])
  const { code, stdout, stderr } = await ended
  t.strictSame([code, stdout], [1, 'About 36.\n'])
  t.match(stderr, 'The limit of 1 step was reached; it answers:\n')
})

t.test('the person at the terminal answers what a program asks', async t => {
  const questions: string[] = []
  const ask = async (question: string) => {
    questions.push(question)
    return questions.length === 1 ? 'no too soon' : 'y'
  }
  const source = `const said = []
for (const name of ['Ada', 'Bob']) {
  try { said.push(erase(name)) } catch (error) { said.push(error.message) }
}
final_answer(said.join('; '))`
  const { ended } = await agent(t, [programs(source)], [], { ask })
  const { code, stdout, stderr } = await ended
  t.equal(code, 0)
  t.match(stdout, /too soon; Bob erased\n$/)
  t.match(stderr, /Waits for approval: erase .*Ada[\s\S]*erase rejected.*too soon/)
  t.equal(questions.length, 2)
})

t.test('without anybody to ask, an approval is refused', async t => {
  const source = "final_answer(human_approval('erase all').reason)"
  const { ended } = await agent(t, [programs(source)])
  t.match(await ended, { code: 0, stdout: /^nobody can be asked/ })
})

t.test('on a daemon the programs run there, and the person at the terminal is asked', async t => {
  const { url } = await testDaemon(t)
  const source = "final_answer(human_approval('erase all'))"
  const { ended } = await agent(t, [programs(source)], [], {
    env: { LATCHD_URL: url },
    ask: async () => 'y',
  })
  const { code, stdout, stderr } = await ended
  t.equal(code, 0)
  t.match(stdout, /approved: true/)
  t.ok(stderr.startsWith(`Running on the daemon at ${url}, asking scripted\n`))
})

t.test('on a terminal a program is highlighted, unless NO_COLOR says not', async t => {
  const source = "// who\nconst name = 'Ada'\nfinal_answer(name.length * 12)"
  const inColour = await agent(t, [programs(source)], [], {
    isTTY: true,
    env: { TERM: 'xterm', NO_COLOR: '' },
  })
  const { code, stderr } = await inColour.ended
  t.equal(code, 0)
  t.match(
    stderr,
    "  │ \x1b[90m// who\x1b[39m\n  │ \x1b[35mconst\x1b[39m name = \x1b[32m'Ada'\x1b[39m\n  │ final_answer(name.length * \x1b[33m12\x1b[39m)\n",
  )
  const plain = await agent(t, [programs(source)], [], { isTTY: true, env: { NO_COLOR: '1' } })
  t.match((await plain.ended).stderr, `  │ // who\n  │ const name = 'Ada'\n`)
})

t.test('what a model writes cannot steer the terminal', async t => {
  const reply = programs("final_answer('\x1b]0;title\x07')", 'I clear \x1b[2J the screen.')
  const { ended } = await agent(t, [reply], [], { isTTY: true })
  const { stderr } = await ended
  t.notOk(stderr.includes('\x1b[2J') || stderr.includes('\x1b]0;'), JSON.stringify(stderr))
  t.match(stderr, 'Step 1: I clear \\x1b[2J the screen.')
  t.match(stderr, "final_answer('\\x1b]0;title\\x07')")
})

t.test('Ctrl-C cancels the run', async t => {
  const { ended, seen, signal } = await agent(t, [programs('sleep(600_000)')])
  await seen('stderr', /sleep\(600_000\)/)
  signal('SIGINT')
  t.match(await ended, { code: 130, stdout: '', stderr: /\nCancelled\n$/ })
})

t.test('Ctrl-C cancels while the model thinks', async t => {
  const asked = Promise.withResolvers<void>()
  const never = Promise.withResolvers<ScriptedReply>()
  t.teardown(() => never.resolve('too late'))
  const { ended, signal } = await agent(t, () => {
    asked.resolve()
    return never.promise
  })
  await asked.promise
  signal('SIGINT')
  t.match(await ended, { code: 130, stderr: /\nCancelled\n$/ })
})

t.test('a model that fails is one line without the key, and 1', async t => {
  const error = { message: 'bad request from sk-secret', type: 'x' }
  const { ended } = await agent(t, [{ status: 400, error }], [], {
    env: { OPENAI_API_KEY: 'sk-secret' },
  })
  const { code, stdout, stderr } = await ended
  t.strictSame([code, stdout], [1, ''])
  t.match(stderr, /\nlatchd: The model scripted gave no reply: 400 bad request from \*{4}\n$/)
})

t.test('what cannot be begun is one line that says what to do, and 2', async t => {
  const refused = async (args: readonly string[], env = {}) => {
    const { code, stdout, stderr } = await startHere(t, ['agent', ...args], { env }).ended
    t.strictSame([code, stdout], [2, ''])
    return stderr
  }
  t.equal(
    await refused(['Hello']),
    'latchd: Cannot run an agent without a model: name one by --model or LATCHD_MODEL, with OPENAI_API_KEY, or --model-base-url for a service of your own\n',
  )
  t.match(await refused(['Hello', '--model', 'm']), /^latchd: .*set OPENAI_API_KEY.*\n$/)
  t.match(await refused(['']), 'latchd: Cannot run an agent: the task is empty\n')
  const settings = { LATCHD_MODEL: 'm', OPENAI_API_KEY: 'k' }
  t.match(
    await refused(['Hello', '--max-steps', '0'], settings),
    'latchd: Cannot use --max-steps "0": expected a whole number from 1 to 1000\n',
  )
  const port = await closedPort()
  t.match(
    await refused(['Hello', '--url', `http://127.0.0.1:${port}`], settings),
    `No daemon at http://127.0.0.1:${port}; start one: latchd serve\n`,
  )
})

t.test('the address of the model is that of the openai package too', async t => {
  const { client, requests } = await scriptedModel(t, [programs('final_answer(1)')])
  const env = { LATCHD_MODEL: 'scripted', OPENAI_BASE_URL: client.baseURL }
  t.match(await startHere(t, ['agent', 'One?'], { env }).ended, { code: 0, stdout: '1\n' })
  t.equal(requests.length, 1)
})

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}
