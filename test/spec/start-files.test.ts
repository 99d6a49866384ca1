/** The published command reads few files, and of the daemon's parts only those that it uses. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { startFiles } from '../../packages/bundle/start-files.ts'
import { commandFile, isBuilt } from '../support/built.ts'
import { testFolder } from '../support/test-folder.ts'

const skip = isBuilt ? false : 'only `npm test` builds what is published'
/** Stands before the name of a file that was imported, on stderr. */
const MARK = 'loaded '
/** Preloaded into the command: tells what its main thread imports. */
const hook = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  import { isMainThread } from 'node:worker_threads'
  const load = (url, context, next) => {
    if (url.startsWith('file:')) process.stderr.write('${MARK}' + url.split('/').at(-1) + '\\n')
    return next(url, context)
  }
  if (isMainThread) registerHooks({ load })
`)}`
const [schemas, command, ...parts] = startFiles.map(({ name }) => String(name))

/** The files that a command has loaded when it ends, or when it has printed a line with a text. */
async function loadedBy(t: Test, args: readonly string[], until?: string) {
  const child = spawn(process.execPath, [`--import=${hook}`, commandFile, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const files: string[] = []
  createInterface({ input: child.stderr }).on('line', line => {
    if (line.startsWith(MARK)) files.push(line.slice(MARK.length))
  })
  createInterface({ input: child.stdout }).on('line', line => {
    if (until !== undefined && line.includes(until)) child.kill('SIGTERM')
  })
  await once(child, 'close')
  const names = files.map(file => file.replace(/-[\w-]{8}\.js$/, ''))
  return { count: files.length, names }
}

t.test('a command loads what it uses', { skip }, async t => {
  const stateDir = testFolder(t)
  const program = join(testFolder(t, { 'program.js': '1 + 1' }), 'program.js')
  const away = ['--url', 'http://127.0.0.1:1']
  const commands: [args: string[], parts: string[], until?: string][] = [
    [['--version'], []],
    [['show', 'exe_1', ...away], ['client']],
    [['mcp', ...away], ['client']],
    [
      ['run', program],
      ['client', 'pool', 'tools', 'events', 'embedded'],
    ],
    [
      ['store', 'verify', '--state-dir', stateDir],
      ['events', 'store'],
    ],
    [['serve', '--port', '0', '--state-dir', stateDir], parts, 'listening'],
  ]
  for (const [args, expected, until] of commands) {
    const { count, names } = await loadedBy(t, args, until)
    t.ok([schemas, command].every(part => names.includes(`${part}`)))
    t.strictSame(
      parts.filter(part => names.includes(part)),
      expected,
      `${args[0]}`,
    )
    // Some 150 for a start, where the bundler chooses.
    t.ok(count < 50, `${args[0]}: ${count} files`)
  }
})
