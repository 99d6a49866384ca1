/** A workers' process reads the snapshot that was stored, since to make it takes half of its start. */

import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join, resolve } from 'node:path'
import t from 'tap'
import { baseSnapshot, storedFile } from '../../executor/engine/quickjs/base-snapshot.ts'
import { createExecutor } from '../../executor/index.ts'
import { nodeFlags } from '../../executor/pool/process/node-flags.ts'
import { entryUrl } from '../support/built.ts'
import { runScript } from '../support/child-script.ts'
import { canFindProcesses, workersProcesses } from '../support/workers-processes.ts'

const root = resolve(import.meta.dirname, '../..')
// `npm test` has one; then this changes nothing.
enableCompileCache(join(root, 'node_modules/.cache/latchd-tests'))
await baseSnapshot()
const file = storedFile()

t.test('a process that may only read takes the stored snapshot, and makes none', async t => {
  const script = 'test/support/snapshot-makers.ts'
  const flags = [...nodeFlags(file), `--allow-fs-read=${join(root, script)}`]
  const module = entryUrl('executor/engine/quickjs/base-snapshot')
  const reading = await runScript(script, flags, file === undefined ? [module] : [module, file])
  t.match(reading, { code: 0, stdout: '0\n' }, reading.stderr)
  const making = await runScript(script, flags, [module])
  t.match(making, { code: 0, stdout: /^[1-9]\n$/ }, making.stderr)
})

t.test('the workers’ process may read it', { skip: !canFindProcesses }, async t => {
  const executor = createExecutor({ workers: 1, isolation: 'process' })
  t.teardown(() => executor.close())
  await executor.start()
  const [pid] = workersProcesses()
  const flags = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  t.ok(flags.includes(`--allow-fs-read=${file}`), flags.join(' '))
})
