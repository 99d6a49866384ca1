/** The first hour of a stranger, as `test/stranger/hour.sh` has it: each step of it goes well. */

import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { patience } from '../support/patience.ts'

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
/** Far more than all steps take. */
const HOUR_MS = 120_000

const steps = [
  'clone',
  'start, own tool',
  'app in strict TypeScript, with an approval',
  'a question is listed and shown',
  'backup',
  'token, proxy',
  'upgrade: what waited goes on',
  'install as a service, dry',
]

/** A repository of the tree as it stands, committed or not. */
async function repository(t: Test, folder: string): Promise<string> {
  const path = join(folder, 'repository')
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root })
  for (const file of stdout.trim().split('\n')) {
    if (/^test\//.test(file) || !existsSync(join(root, file))) continue
    mkdirSync(dirname(join(path, file)), { recursive: true })
    cpSync(join(root, file), join(path, file))
  }
  const git = (...args: string[]) => run('git', ['-C', path, ...args])
  await git('init', '--quiet')
  await git('add', '--all')
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.org']
  await git(...author, 'commit', '--quiet', '--message', 'All')
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return path
}

t.test('from the clone to the upgrade', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'latchd-stranger-'))
  const from = await repository(t, folder)
  const script = ['-u', 'NODE_OPTIONS', 'sh', join(root, 'test/stranger/hour.sh')]
  const { stdout } = await run('env', [...script, from, join(folder, 'hour')], {
    // Of the environment of the tests nothing reaches a stranger but where programs are.
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      HOUR_MODULES: join(root, 'node_modules'),
    },
    timeout: patience(HOUR_MS),
  })
  t.strictSame(
    stdout.trim().split('\n'),
    steps.map(step => `ok ${step}`),
  )
})
