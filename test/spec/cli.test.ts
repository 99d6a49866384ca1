/**
 * The command as users meet it. A process starts where the process itself is the matter: signals, exit
 * codes, pipes, its folder, what its Node says. All else runs in this one, at a terminal of the test's own.
 */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parse } from 'acorn'
import t, { type Test } from 'tap'
import { Latchd } from '../../sdk/index.ts'
import { type HereOptions, startHere } from '../support/command-here.ts'
import { type ProcessOptions, startProcess } from '../support/command-process.ts'
import { type CommandOptions, type EndedCommand, serve } from '../support/running-command.ts'
import { testFolder } from '../support/test-folder.ts'

const launcher = fileURLToPath(new URL('../../bin/latchd.mjs', import.meta.url))

/** Processes spend half of their time on waiting. */
const PARALLEL = 4
// A quarter of a minute of an idle machine with two cores.
t.setTimeout(300_000)

/** Runs the command in this process. */
function latchd(t: Test, args: readonly string[], options?: HereOptions): Promise<EndedCommand> {
  return startHere(t, args, options).ended
}

/** Runs the command in a process. */
function latchdProcess(
  t: Test,
  args: readonly string[],
  options?: ProcessOptions,
): Promise<EndedCommand> {
  return startProcess(t, args, options).ended
}

/** Starts a daemon in this process. */
function daemon(t: Test, args: readonly string[] = [], options?: CommandOptions) {
  return serve(startHere, t, ['--drain-ms', '100', '--log-level', 'silent', ...args], options)
}

const embedded = 'Running in this process (embedded executor)\n'

/** For tests that look only at what they know by its id. */
const shared = await daemon(t)
/** For tests that look at all that is theirs, each as a caller of its own. */
const callers = ['ci', 'cancels', 'lists', 'filters', 'follows'] as const
const withTokens = await daemon(t, [], {
  env: { LATCHD_TOKENS: callers.map(name => `${name}:secret-of-${name}:execute+read`).join() },
})
const as = (name: (typeof callers)[number]) => {
  const token = `secret-of-${name}`
  return { url: withTokens.url, token, env: { LATCHD_TOKEN: token } }
}

t.test('configuration', async t => {
  t.jobs = PARALLEL
  t.test('an unknown variable is one line with the nearest name, and 78', async t => {
    const { code, stdout, stderr } = await latchd(t, ['config'], { env: { LATCHD_PROT: '1' } })
    t.strictSame([code, stdout], [78, ''])
    t.match(stderr, /^latchd: Unknown variable LATCHD_PROT: did you mean LATCHD_PORT\?.*\n$/)
  })

  t.test('a value that is not allowed is one line, and 78, whatever the command', async t => {
    for (const args of [['serve'], ['ps'], ['run', '-']]) {
      t.strictSame(await latchd(t, args, { env: { LATCHD_PORT: 'http' } }), {
        code: 78,
        stdout: '',
        stderr: 'latchd: Cannot use LATCHD_PORT "http": expected a whole number from 0 to 65535\n',
      })
    }
  })

  t.test('what is no http URL is named as such', async t => {
    const refused = (text: string) => ({
      code: 78,
      stdout: '',
      stderr: `latchd: Cannot use --url "${text.replace('ann:secret', '****')}": expected an http or https URL without credentials, or unix: and the path of a socket\n`,
    })
    for (const text of ['nonsense', 'localhost:7070', 'http://ann:secret@localhost']) {
      t.strictSame(await latchd(t, ['config', '--url', text]), refused(text))
    }
  })

  t.test('an unknown key in latchd.config.json is one line, and 78', async t => {
    const cwd = testFolder(t, { 'latchd.config.json': '{"prot": 1}' })
    const { code, stderr } = await latchdProcess(t, ['config'], { cwd })
    t.equal(code, 78)
    t.match(
      stderr,
      /^latchd: Unknown key "prot" in .*latchd\.config\.json: did you mean port\?.*\n$/,
    )
  })

  t.test('an address beyond this machine is refused without tokens', async t => {
    const { code, stdout, stderr } = await latchd(t, ['serve', '--host', '0.0.0.0', '--port', '0'])
    t.strictSame([code, stdout], [78, ''])
    t.match(stderr, /^latchd: Cannot use --host "0\.0\.0\.0" without tokens: .*\n$/)
  })

  t.test('config prints each value with its source, secrets masked', async t => {
    const cwd = testFolder(t, { 'latchd.config.json': '{"drainMs": 5}' })
    const env = { LATCHD_TOKENS: 'ci:hunter2:read', LATCHD_TOKEN: 'hunter2' }
    const { code, stdout, stderr } = await latchd(t, ['config', '--port', '1'], { cwd, env })
    t.strictSame([code, stderr], [0, ''])
    t.match(stdout, /^port +1 +--port$/m)
    t.match(stdout, /^drainMs +5 +\/.*\/latchd\.config\.json$/m)
    t.match(stdout, /^tokens +ci:\*\*\*\*:read +LATCHD_TOKENS$/m)
    t.match(stdout, /^token +\*\*\*\* +LATCHD_TOKEN$/m)
    t.match(stdout, /^maxQueue +1000 +default$/m)
    t.notMatch(stdout, 'hunter2')
  })

  t.test('config prints the names of servers, tools and documents, and the rules', async t => {
    const written = {
      mcpServers: { shop: { command: 'true', env: { KEY: 'hunter2' } }, mail: { command: 'true' } },
      httpTools: {
        rate: {
          ...{ description: 'A rate', method: 'GET', url: 'https://rates.test/now' },
          ...{ headers: { authorization: 'hunter2' }, inputSchema: { type: 'object' } },
        },
      },
      policy: [{ tools: ['shop.*'], action: 'ask' }],
    }
    const cwd = testFolder(t, { 'latchd.config.json': JSON.stringify(written) })
    const { code, stdout } = await latchd(t, ['config'], { cwd })
    t.equal(code, 0)
    t.match(stdout, /^mcpServers +shop, mail +\/.*latchd\.config\.json$/m)
    t.match(stdout, /^httpTools +rate +\//m)
    t.match(stdout, /^openapi +\(none\) +default$/m)
    t.match(stdout, /^policy +\{"tools":\["shop\.\*"\],"action":"ask"\} +\//m)
    const { stdout: unset } = await latchd(t, ['config'])
    for (const key of ['mcpServers', 'httpTools', 'openapi', 'policy']) {
      t.match(unset, new RegExp(`^${key} +\\(none\\) +default$`, 'm'))
    }
    t.notMatch(stdout + unset, /\[object|hunter2/)
  })

  t.test('config --json prints the same as an object', async t => {
    const env = { LATCHD_TOKEN: 'hunter2', LATCHD_PORT: '1' }
    const { stdout } = await latchd(t, ['config', '--json'], { env })
    const { port, token, socket } = JSON.parse(stdout)
    t.strictSame(
      { port, token, socket },
      {
        port: { value: 1, source: 'LATCHD_PORT' },
        token: { value: '****', source: 'LATCHD_TOKEN' },
        socket: { value: null, source: 'default' },
      },
    )
  })
})

t.test('usage', async t => {
  t.jobs = PARALLEL
  t.test('what cannot be understood is one line, and 2', async t => {
    const lines: [string[], string][] = [
      [['sevre'], "latchd: unknown command 'sevre' (Did you mean serve?)\n"],
      [['ps', '--frob'], "latchd: unknown option '--frob'\n"],
      [['logs'], "latchd: missing required argument 'id'\n"],
      [
        ['ps', '--limit', '0'],
        'latchd: Cannot use --limit "0": expected a whole number from 1 to 1000\n',
      ],
      [['run', 'none.js'], 'latchd: Cannot read none.js: there is no such file\n'],
    ]
    for (const [args, stderr] of lines) {
      t.strictSame(await latchd(t, args), { code: 2, stdout: '', stderr })
    }
    const cwd = testFolder(t, { 'latin1.js': Buffer.from([0x27, 0xe4, 0x27]) })
    t.strictSame(await latchd(t, ['run', 'latin1.js'], { cwd }), {
      code: 2,
      stdout: '',
      stderr: 'latchd: Cannot read latin1.js: it is not UTF-8\n',
    })
  })

  t.test(
    'a flag of serve or config that is not understood is a bad configuration, and 78',
    async t => {
      const flags: [string[], string][] = [
        [['--prot', '1'], "latchd: unknown option '--prot' (Did you mean --port?)\n"],
        [['--port'], "latchd: option '--port <number>' argument missing\n"],
        [['7070'], /too many arguments/ as never],
      ]
      for (const [args, stderr] of flags) {
        t.match(await latchd(t, ['serve', ...args]), { code: 78, stdout: '', stderr })
        t.match(await latchd(t, ['config', ...args]), { code: 78, stdout: '', stderr })
      }
      t.match(await latchd(t, ['serve', '--help']), { code: 0, stdout: /--port/ })
    },
  )

  t.test('--version and --help are answered on stdout', async t => {
    t.match(await latchd(t, ['--version']), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: '' })
    const help = { code: 0, stdout: /serve.*\n.*run /s, stderr: '' }
    t.match(await latchd(t, ['--help']), help)
    t.match(await latchd(t, ['help']), help)
    t.match(await latchd(t, ['help', 'run']), {
      code: 0,
      stdout: /^Usage: latchd run /,
      stderr: '',
    })
    t.match(await latchd(t, ['help', 'ruin']), { code: 2, stderr: /Cannot help with ruin: / })
  })

  t.test('a client command without a daemon says how to start one, and 2', async t => {
    // A port that was free a moment ago.
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await new Promise(resolve => server.close(resolve))
    for (const command of [
      ['ps'],
      ['tools'],
      ['logs', 'exe_1'],
      ['logs', 'exe_1', '-f'],
      ['cancel', 'exe_1'],
    ]) {
      const url = `http://127.0.0.1:${port}`
      t.strictSame(await latchd(t, command, { env: { LATCHD_URL: url } }), {
        code: 2,
        stdout: '',
        stderr: `latchd: No daemon at ${url}; start one: latchd serve\n`,
      })
    }
  })
})

t.test('run without a daemon', async t => {
  t.jobs = PARALLEL
  t.test('prints console text, then the output, and says where it runs', async t => {
    const cwd = testFolder(t, { 'a.js': 'console.log("one\\ntwo"); ({ a: [1, undefined] })' })
    t.strictSame(await latchdProcess(t, ['run', 'a.js'], { cwd }), {
      code: 0,
      stdout: 'one\ntwo\n{ a: [ 1, undefined ] }\n',
      stderr: embedded,
    })
  })

  t.test('prints nothing for an undefined output', async t => {
    const input = 'const a = 1'
    t.strictSame(await latchd(t, ['run', '-'], { input }), {
      code: 0,
      stdout: '',
      stderr: embedded,
    })
  })

  t.test('warnings and errors of the console go to stderr', async t => {
    const input = 'console.warn("w"); console.error("e"); console.info("i"); console.debug("d")'
    t.strictSame(await latchd(t, ['run', '-'], { input }), {
      code: 0,
      stdout: 'i\nd\n',
      stderr: `${embedded}w\ne\n`,
    })
  })

  t.test('console text comes while the program waits, and Ctrl-C ends it with 130', async t => {
    const running = startProcess(t, ['run', '-'], {
      input: 'console.log("before"); sleep(600_000)',
    })
    await running.seen('stdout', /^before\n/)
    running.signal('SIGINT')
    t.match(await running.ended, { code: 130, stdout: 'before\n', stderr: /\nCancelled: / })
  })

  t.test('SIGTERM ends it with 143', async t => {
    const running = startHere(t, ['run', '-'], { input: 'console.log("before"); sleep(600_000)' })
    await running.seen('stdout', /^before\n/)
    running.signal('SIGTERM')
    t.match(await running.ended, { code: 143 })
  })

  t.test('a failure is told with its place and a hint, and 1', async t => {
    const input = 'const a = 1\nsleeep(a)\n'
    const { code, stdout, stderr } = await latchd(t, ['run', '-'], { input })
    t.strictSame([code, stdout], [1, ''])
    const lines = [
      'Running in this process (embedded executor)',
      'ReferenceError: sleeep is not defined (line 2, column 1)',
      '  1 | const a = 1',
      '> 2 | sleeep(a)',
      '    | ^',
      '  3 |',
      '    at program:2:1',
      'Hint: Did you mean sleep?',
    ]
    t.equal(stderr.slice(0, lines.join('\n').length), lines.join('\n'))
  })

  t.test('a file .ts is TypeScript, and --language says it of others', async t => {
    const cwd = testFolder(t, {
      'a.ts': 'const n: number = 1; n',
      'a.txt': 'const n: number = 2; n',
    })
    t.match(await latchd(t, ['run', 'a.ts'], { cwd }), { code: 0, stdout: '1\n' })
    const args = ['run', 'a.txt', '--language', 'typescript']
    t.match(await latchd(t, args, { cwd }), { code: 0, stdout: '2\n' })
  })

  t.test('inputs are JSON where they parse, else text', async t => {
    const args = ['run', '-', '--input', 'n=5', '--input', 'o={"a":[1]}', '--input', 's=a=b']
    const { stdout } = await latchd(t, args, { input: '[n, o.a, s, inputs.s]' })
    t.equal(stdout, "[ 5, [ 1 ], 'a=b', 'a=b' ]\n")
  })

  t.test('a limit holds', async t => {
    const args = ['run', '-', '--limit', 'cpuMs=50', '--json']
    const { code, stdout } = await latchd(t, args, { input: 'for (;;) {}' })
    t.equal(code, 1)
    t.match(JSON.parse(stdout), {
      status: 'failed',
      error: { code: 'LIMIT_EXCEEDED', limit: 'cpuMs' },
    })
  })

  t.test('--json keeps stdout for the execution', async t => {
    const args = ['run', '-', '--json']
    const { code, stdout, stderr } = await latchd(t, args, {
      input: 'console.log("hi"); new Map([[1, 2]])',
    })
    t.strictSame([code, stderr], [0, `${embedded}hi\n`])
    t.match(JSON.parse(stdout), {
      status: 'completed',
      output: { value: [[1, 2]], text: 'Map(1) { 1 => 2 }', exact: false },
      logs: [{ level: 'log', text: 'hi' }],
    })
  })

  t.test(
    'a process has the tools of --tools, asks nobody in a pipe, and ends whatever a module leaves open',
    async t => {
      const cwd = testFolder(t, {
        'double.mjs': `setInterval(() => {}, 1000)
        export default {
          name: 'double',
          description: 'Doubles',
          inputSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
          execute: async ({ n }) => 2 * n,
        }`,
        'join.ts': 'export default { join_texts: (a: string, b: string): string => a + b }',
      })
      const args = ['run', '-', '--tools', 'double.mjs', '--tools', 'join.ts']
      const input = `const { approved, reason } = human_approval('x')
        console.log(approved, reason)
        join_texts('n', double(21))`
      t.match(await latchdProcess(t, args, { cwd, input }), {
        code: 0,
        stdout: /^false nobody can be asked.*\n'n42'\n$/,
        stderr:
          /^Running in this process \(embedded executor\)\nhuman_approval rejected by local: .*\n$/,
      })
    },
  )

  t.test('a tool module that cannot be used is one line, and 2', async t => {
    const cwd = testFolder(t, { 'a.mjs': 'export const a = 1' })
    for (const args of [
      ['run', '-'],
      ['serve', '--port', '0', '--workers', '1'],
    ]) {
      const { code, stdout, stderr } = await latchd(t, [...args, '--tools', 'a.mjs'], { cwd })
      t.strictSame([code, stdout], [2, ''])
      t.match(stderr, /^latchd: Cannot load the tool module .*a\.mjs: .*\n$/)
    }
  })
})

t.test('serve', async t => {
  t.jobs = PARALLEL
  t.test('prints one line when it is ready, drains at SIGTERM, and ends with 0', async t => {
    const running = await serve(startProcess, t)
    const program = startHere(t, ['run', '-', '--url', running.url], {
      input: 'console.log("started"); sleep(300); "done"',
    })
    await program.seen('stdout', /^started\n/)
    running.signal('SIGTERM')
    t.match(await program.ended, { code: 0, stdout: "started\n'done'\n" })
    const { code, stdout, stderr } = await running.ended
    t.equal(code, 0)
    t.match(stdout, /^latchd listening on http:\/\/127\.0\.0\.1:\d+\n$/)
    for (const line of stderr.trimEnd().split('\n')) t.type(JSON.parse(line), 'object')
  })

  t.test('ends at once at a second signal', async t => {
    const running = await serve(startProcess, t, ['--drain-ms', '600000'])
    const program = startProcess(t, ['run', '-', '--url', running.url], {
      input: 'console.log("started"); sleep(600_000)',
    })
    await program.seen('stdout', /^started\n/)
    running.signal('SIGTERM')
    await running.seen('stderr', /"stopping"/)
    running.signal('SIGTERM')
    t.match(await running.ended, { code: 143 })
  })

  t.test('an address in use is one line, and 2', async t => {
    const { port } = shared
    const { code, stdout, stderr } = await latchd(t, ['serve', '--port', port, '--workers', '1'])
    t.strictSame([code, stdout], [2, ''])
    t.match(stderr, /^latchd: .*EADDRINUSE.*\n$/)
  })
})

t.test('with a daemon', async t => {
  t.jobs = PARALLEL
  t.test('run uses the daemon of LATCHD_URL or --url, and says so', async t => {
    const { url } = shared
    const input = 'console.log("there"); 1 + 1'
    const expected = { code: 0, stdout: 'there\n2\n', stderr: `Running on the daemon at ${url}\n` }
    t.strictSame(await latchd(t, ['run', '-'], { input, env: { LATCHD_URL: url } }), expected)
    t.strictSame(await latchd(t, ['run', '-', '--url', url], { input }), expected)
  })

  t.test('run refuses tool modules, which the daemon would have to load', async t => {
    const args = ['run', '-', '--url', 'http://127.0.0.1:7070', '--tools', 'a.ts']
    t.match(await latchd(t, args), {
      code: 2,
      stderr: /^latchd: Cannot use --tools with the daemon /,
    })
  })

  t.test('run tells a failure as without a daemon', async t => {
    const { url } = shared
    const { code, stderr } = await latchd(t, ['run', '-', '--url', url], { input: 'null.a' })
    t.equal(code, 1)
    t.match(stderr, /\nTypeError: .* \(line 1, column \d+\)\n> 1 \| null\.a\n/)
  })

  t.test('Ctrl-C of run cancels the execution there', async t => {
    const { url, env } = as('cancels')
    const program = startHere(t, ['run', '-', '--url', url], {
      env,
      input: 'console.log("started"); sleep(600_000)',
    })
    await program.seen('stdout', /^started\n/)
    program.signal('SIGINT')
    t.match(await program.ended, { code: 130 })
    const { stdout } = await latchd(t, ['ps', '--json', '--url', url], { env })
    t.match(JSON.parse(stdout), [{ status: 'cancelled' }])
  })

  t.test('tools are told as a table, as JSON and as TypeScript', async t => {
    const cwd = testFolder(t, {
      'a.mjs': `export default { name: 'add', description: 'Adds two\\nnumbers', execute: (a, b) => a + b }`,
    })
    const { url } = await daemon(t, ['--tools', 'a.mjs'], { cwd })
    const table = await latchd(t, ['tools', '--url', url])
    t.match(table.stdout, /^add +Adds two$/m)
    t.match(table.stdout, /^sleep +\S/m)
    const list = JSON.parse((await latchd(t, ['tools', '--url', url, '--json'])).stdout)
    const names = list.map(({ name }: { name: string }) => name).sort()
    t.strictSame(names, ['add', 'ask_human', 'human_approval', 'sleep'])
    t.match((await latchd(t, ['tools', '--url', url, '--typescript'])).stdout, /function sleep\(/)
  })

  t.test(
    'serve says at a terminal what to do next, and in a pipe nothing beside its line',
    async t => {
      const flags = ['serve', '--port', '0', '--workers', '1', '--log-level', 'silent']
      const stateDir = ['--state-dir', testFolder(t)]
      for (const isTTY of [true, false]) {
        const running = startHere(t, [...flags, ...stateDir], { isTTY })
        const [, url] = await running.seen('stdout', /^latchd listening on (.*)\n$/)
        running.signal('SIGTERM')
        const { code, stderr } = await running.ended
        t.equal(code, 0)
        if (isTTY) t.match(stderr, `latchd run - --url ${url}\n`)
        else t.equal(stderr, '')
      }
    },
  )

  t.test('ps lists executions, newest first', async t => {
    const { url, env } = as('lists')
    await latchd(t, ['run', '-', '--url', url], { env, input: 'sleep(1); sleep(1)' })
    await latchd(t, ['run', '-', '--url', url], { env, input: 'throw 1' })
    const { stdout } = await latchd(t, ['ps', '--url', url], { env })
    const [head, ...rows] = stdout.trimEnd().split('\n')
    t.match(head, /^ID +STATUS +AGE +CALLS +WHY +PROGRAM$/)
    t.strictSame(rows.length, 2)
    t.match(rows[0], /^exe_\w+ +failed +\d+m?s +0 +GUEST_ERROR +throw 1$/)
    t.match(rows[1], /^exe_\w+ +completed +\d+m?s +2 +sleep\(1\); sleep\(1\)$/)
    const failed = await latchd(t, ['ps', '--url', url, '--status', 'failed', '--json'], { env })
    t.match(JSON.parse(failed.stdout), [{ status: 'failed' }])
  })

  t.test('ps tells those of a time, a session and a tool', async t => {
    const { url, env, token } = as('filters')
    const client = new Latchd({ url, token })
    const session = await client.sessions.create()
    await session.execute({ source: '"in a session"' })
    await client.execute({ source: 'sleep(1)' })
    const programs = async (...flags: string[]) => {
      const { stdout } = await latchd(t, ['ps', '--json', '--url', url, ...flags], { env })
      return JSON.parse(stdout).map(({ sourceLine }: { sourceLine: string }) => sourceLine)
    }
    t.strictSame(await programs('--session', session.sessionId), ['"in a session"'])
    t.strictSame(await programs('--tool', 'sleep'), ['sleep(1)'])
    t.strictSame(await programs('--since', '1h'), ['sleep(1)', '"in a session"'])
    t.strictSame(await programs('--until', '1h'), [])
    t.strictSame(await programs('--since', '2999-01-01'), [])
    t.match(await latchd(t, ['ps', '--since', 'yesterday', '--url', url], { env }), {
      code: 2,
      stderr: /^latchd: Cannot use --since "yesterday": expected a time ago/,
    })
  })

  t.test('show tells the program, its calls with what went in and out, and its end', async t => {
    const secret = 'a-very-secret-value'
    const cwd = testFolder(t, {
      'a.mjs': `export const secrets = ['${secret}']
        export default { async look(x) { return { x, key: '${secret}' } } }`,
    })
    const { url } = await daemon(t, ['--tools', 'a.mjs'], { cwd })
    const client = new Latchd({ url })
    const source = `\n\nconst seen = look(new Map([['a', 1n]]))\nconsole.log('half way')\nnull.x`
    for (const durable of [false, true]) {
      const { executionId } = await client.execute({ source, durable })
      const { code, stdout } = await latchd(t, ['show', executionId, '--url', url])
      t.equal(code, 0)
      t.match(stdout, new RegExp(`^${executionId} failed\n`))
      t.match(stdout, 'Program (javascript):\n  1 | \n  2 | \n  3 | const seen = look(')
      t.match(stdout, /\n {2}call_\w+ look completed in \d+ ms\n {4}in {3}\[ Map\(1\) /)
      t.match(stdout, /\n {4}out {2}.*\[redacted\]/)
      t.notMatch(stdout, secret)
      t.match(stdout, /\nLogs:\n {2}half way\n\nGUEST_ERROR:\n {2}TypeError: /)
      const json = await latchd(t, ['show', executionId, '--json', '--url', url])
      t.match(JSON.parse(json.stdout), { executionId, source, language: 'javascript' })
    }
  })

  t.test('logs -f follows an execution until cancel has ended it', async t => {
    const { url, env } = as('follows')
    const program = startHere(t, ['run', '-', '--url', url], {
      env,
      input: 'console.log("one"); console.warn("two"); sleep(600_000)',
    })
    await program.seen('stdout', /^one\n/)
    const listed = await latchd(t, ['ps', '--json', '--url', url], { env })
    const [{ executionId }] = JSON.parse(listed.stdout) as [{ executionId: string }]
    const following = startHere(t, ['logs', executionId, '-f', '--url', url], { env })
    await following.seen('stdout', /^one\ntwo\n/)
    t.strictSame(await latchd(t, ['cancel', executionId, '--url', url], { env }), {
      code: 0,
      stdout: `${executionId} cancelled\n`,
      stderr: '',
    })
    const told = { code: 0, stdout: 'one\ntwo\n', stderr: /^Cancelled: .*\n/ }
    t.match(await following.ended, told)
    t.match(await program.ended, { code: 1, stderr: /\nCancelled: / })
    t.match(await latchd(t, ['logs', executionId, '--url', url], { env }), told)
  })

  t.test('logs prints the text and the error once, and ends while the program waits', async t => {
    const { url } = shared
    const client = new Latchd({ url })
    const logs = (id: string) => latchd(t, ['logs', id, '--url', url])
    const failed = await client.execute({ source: `console.log('one'); null.x` })
    const { code, stdout, stderr } = await logs(failed.executionId)
    t.strictSame([code, stdout], [0, 'one\n'])
    t.equal(stderr.split('TypeError').length, 2, stderr)
    const waiting = await client.execute({
      source: `console.log('asks'); human_approval('q')`,
      waitMs: 10_000,
    })
    t.equal(waiting.status, 'waiting')
    t.strictSame(await logs(waiting.executionId), { code: 0, stdout: 'asks\n', stderr: '' })
    const following = startHere(t, ['logs', waiting.executionId, '-f', '--url', url])
    await following.seen('stderr', /^Waits for approval /)
    await client.cancel(waiting.executionId)
    t.match(await following.ended, { code: 0, stdout: /^asks\n$/ })
  })

  t.test('what is not known is one line, and 2', async t => {
    const { url } = shared
    for (const command of ['logs', 'show', 'cancel', 'retry', 'approve', 'reject', 'sessions rm']) {
      const args = [...command.split(' '), 'x_none', '--url', url]
      const { code, stdout, stderr } = await latchd(t, args)
      t.strictSame([code, stdout], [2, ''])
      t.match(stderr, /^latchd: .*x_none.*\n$/)
    }
  })

  t.test('run says what it waits for and how to decide, and goes on when it is', async t => {
    const { url } = await daemon(t)
    const env = { LATCHD_URL: url }
    const program = startHere(t, ['run', '-'], {
      env,
      input:
        'const { approved } = human_approval("pay", { eur: 5 }); [approved, ask_human("who?")]',
    })
    const asks =
      /Waits for approval: human_approval (.*)\n {2}latchd approve (apr_\w+)\n {2}latchd reject \2\n/
    const [, input, first = ''] = await program.seen('stderr', asks)
    t.equal(input, '{"action":"pay","details":{"eur":5}}')
    t.match(
      (await latchd(t, ['approvals'], { env })).stdout,
      new RegExp(
        `^ID +STATUS +AGE +ASKED\\n${first} +pending +\\d+m?s +human_approval \\{.*\\}\\n$`,
      ),
    )
    t.match(
      (await latchd(t, ['ps'], { env })).stdout,
      / waiting +\d+m?s +1 +human_approval +const .*\n$/,
    )
    t.strictSame(await latchd(t, ['approve', first, '--reason', 'fine'], { env }), {
      code: 0,
      stdout: `${first} approved by local: fine\n`,
      stderr: '',
    })
    t.match(await latchd(t, ['reject', first], { env }), {
      code: 2,
      stderr: /^latchd: Cannot decide .*approved by local already\n$/,
    })
    const questions = /Waits for approval: ask_human .*\n {2}latchd approve (\w+) --answer TEXT\n/
    const [, second = ''] = await program.seen('stderr', questions)
    const bad = await latchd(t, ['approve', second, '--args', '{'], { env })
    t.match(bad, { code: 2, stderr: /^latchd: Cannot use --args "\{": expected JSON/ })
    t.strictSame(await latchd(t, ['approve', second], { env }), {
      code: 2,
      stdout: '',
      stderr: `latchd: Cannot approve ${second}: it is a question; give the answer with --answer TEXT\n`,
    })
    const asking = { env, ask: async () => 'Ada' }
    t.match(await latchd(t, ['approve', second], asking), { code: 0, stdout: /: Ada\n$/ })
    t.match(await program.ended, { code: 0, stdout: "[ true, 'Ada' ]\n" })
    const listed = await latchd(t, ['approvals', '--status', 'any', '--json'], { env })
    t.match(JSON.parse(listed.stdout), [
      { approvalId: second, status: 'approved', answer: 'Ada' },
      { approvalId: first, status: 'approved', reason: 'fine' },
    ])
    t.equal((await latchd(t, ['approvals', '--status', 'maybe'], { env })).code, 2)
  })

  t.test('sessions are listed, and forgotten by rm', async t => {
    const { url } = shared
    const env = { LATCHD_URL: url }
    const made = await fetch(`${url}/v1/sessions`, { method: 'POST' })
    t.equal(made.status, 201)
    const { sessionId } = (await made.json()) as { sessionId: string }
    t.equal(made.headers.get('location'), `/v1/sessions/${sessionId}`)
    const { stdout } = await latchd(t, ['sessions'], { env })
    t.match(stdout, new RegExp(`^ID +AGE +UNUSED +EXECUTIONS +BYTES\\n${sessionId} .* 0 +0\\n$`))
    t.match(await latchd(t, ['sessions', 'rm', sessionId], { env }), { code: 0 })
    t.strictSame(JSON.parse((await latchd(t, ['sessions', '--json'], { env })).stdout), [])
  })

  t.test('a token that is not known is one line, and 2', async t => {
    const { url, env } = as('ci')
    const right = await latchd(t, ['ps', '--url', url], { env })
    t.equal(right.code, 0)
    const wrong = await latchd(t, ['ps', '--url', url], { env: { LATCHD_TOKEN: 'hunter3' } })
    t.strictSame([wrong.code, wrong.stdout], [2, ''])
    t.match(wrong.stderr, /^latchd: .*token.*\n$/)
  })
})

t.test('doctor', async t => {
  t.jobs = PARALLEL
  t.test('tells what is well, and 0', async t => {
    const { url } = shared
    const { code, stdout, stderr } = await latchd(t, ['doctor', '--url', url])
    t.strictSame([code, stderr], [0, ''])
    t.match(stdout, /^(ok|warn) +node +\d+\./m)
    t.match(stdout, /^ok +configuration +valid/m)
    t.match(stdout, /^ok +engine +started in [\d.]+ ms, ran a program in [\d.]+ ms$/m)
    t.match(stdout, new RegExp(`^ok +address +latchd \\S+ answers at ${url}$`, 'm'))
  })

  t.test('an invalid configuration is a check that fails, and 1', async t => {
    const { code, stdout } = await latchd(t, ['doctor'], { env: { LATCHD_PORT: 'http' } })
    t.equal(code, 1)
    t.match(stdout, /^fail +configuration +Cannot use LATCHD_PORT "http": /m)
  })

  t.test('a state folder that cannot be used is a check that fails, and 1', async t => {
    const cwd = testFolder(t, { file: 'kept' })
    const doctor = (LATCHD_STATE_DIR: string) =>
      latchd(t, ['doctor'], { cwd, env: { LATCHD_STATE_DIR } })
    const bad = await doctor('file/state')
    t.match(bad, {
      code: 1,
      stdout: /^fail +state +\S+ cannot be used, since \S+\/file is a file: /m,
    })
    t.match((await doctor('state')).stdout, /^ok +state +\S+\/state can be made$/m)
  })

  t.test('a database that does not answer is a check that fails, and 1', async t => {
    const env = { LATCHD_DATABASE_URL: 'postgres://ann:a-password@127.0.0.1:1/latchd' }
    const { code, stdout } = await latchd(t, ['doctor'], { env })
    t.equal(code, 1)
    t.match(stdout, /^fail +database +Cannot use the store: its database does not answer: /m)
    t.notMatch(stdout, /a-password/)
  })

  t.test('a stranger in the place of the daemon is a check that fails, and 1', async t => {
    const server = createServer((_, response) => response.writeHead(404).end('who?'))
    t.teardown(() => server.close())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { code, stdout } = await latchd(t, ['doctor', '--url', `http://127.0.0.1:${port}`])
    t.equal(code, 1)
    t.match(stdout, /^fail +address +what answers at \S+ is no latchd/m)
  })
})

t.test('the launcher', async t => {
  t.jobs = PARALLEL
  /** Makes the running Node look like an old one to the launcher. */
  const asOldNode = `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })",
  )}`
  const asOld = ['--import', asOldNode, launcher]

  t.test('is written in syntax that Node 12 parses', async t => {
    const source = readFileSync(launcher, 'utf8').replace(/^#!.*/, '')
    // Of ES2020 Node 12 has import() and import.meta, and lacks what is looked for.
    parse(source, { ecmaVersion: 2020, sourceType: 'module' })
    const code = source.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '')
    t.notMatch(code, /\?\?|\?\.|node:|\d_\d/)
  })

  t.test('runs the command on the Node that started it', async t => {
    const script = [launcher]
    t.strictSame(await latchdProcess(t, ['run', '-'], { script, input: '1' }), {
      code: 0,
      stdout: '1\n',
      stderr: embedded,
    })
  })

  t.test(
    'starts the pinned Node when it was started by an old one, and ends as it ends',
    async t => {
      const script = asOld
      t.match(await latchdProcess(t, ['--version'], { script }), { code: 0, stdout: /^\d/ })
      t.match(await latchdProcess(t, ['run', '-'], { script, input: 'console.log(2); throw 1' }), {
        code: 1,
        stdout: '2\n',
      })
      t.match(await latchdProcess(t, ['config'], { script, env: { LATCHD_PORT: 'x' } }), {
        code: 78,
      })
    },
  )

  t.test('forwards signals', async t => {
    const input = 'console.log("started"); sleep(600_000)'
    const running = startProcess(t, ['run', '-'], { script: asOld, input })
    await running.seen('stdout', /^started\n/)
    running.signal('SIGTERM')
    t.match(await running.ended, { code: 143 })
  })

  t.test(
    'leaves out options of the permission model that the pinned Node would choke on',
    async t => {
      const script = asOld
      // Under these the launcher's own Node may still start a child and read what it needs.
      const env = {
        NODE_OPTIONS: '--permission --allow-fs-read=* --allow-child-process --allow-worker',
      }
      t.match(await latchdProcess(t, ['run', '-'], { script, env, input: '3' }), {
        code: 0,
        stdout: '3\n',
      })
    },
  )

  t.test('says in one line what is missing', async t => {
    const cwd = testFolder(t, { bin: { 'latchd.mjs': readFileSync(launcher, 'utf8') } })
    const script = ['--import', asOldNode, `${cwd}/bin/latchd.mjs`]
    t.match(await latchdProcess(t, [], { cwd, script }), {
      code: 2,
      stderr: /^latchd: Cannot start: .*\n$/,
    })
  })
})
