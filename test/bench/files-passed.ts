/**
 * Counts the files and functions of latchd that one `POST /v1/execute` with one call passes on the
 * main thread, by V8's precise coverage. Exits with 1 when there are more files than `--most`.
 *
 *     node test/bench/files-passed.ts --most 40
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'

const { values } = parseArgs({
  options: { most: { type: 'string' }, list: { type: 'boolean', default: false } },
})
const ours = /\/(daemon|executor|protocol|sdk)\/.*\.[jt]s$/

const folder = mkdtempSync(join(tmpdir(), 'latchd-files-'))
const config = loadConfig({
  flags: {},
  env: { LATCHD_PORT: '0', LATCHD_STATE_DIR: folder, LATCHD_LOG_LEVEL: 'silent' },
  readFile: () => undefined,
  cwd: folder,
})
const daemon = await startDaemon(config)
const execute = async () => {
  const body = JSON.stringify({ source: 'sleep(1); 42' })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${daemon.url}/v1/execute`, { method: 'POST', headers, body })
  const { output } = (await response.json()) as { output?: { value: unknown } }
  if (output?.value !== 42) throw new Error('the program did not come to its end')
}
// What is loaded and made once is not part of a request.
for (let i = 0; i < 5; i++) await execute()
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
// Takes what has been counted so far.
await session.post('Profiler.takePreciseCoverage')
await execute()
const { result } = await session.post('Profiler.takePreciseCoverage')
session.disconnect()
await daemon.close()
rmSync(folder, { recursive: true })
const passed = result
  .filter(({ url }) => ours.test(url))
  .map(({ url, functions }) => ({
    file: ours.exec(url)?.[0]?.slice(1) ?? url,
    called: functions.filter(({ ranges }) => ranges.some(({ count }) => count > 0)).length,
  }))
  .filter(({ called }) => called > 0)
  .sort((a, b) => a.file.localeCompare(b.file))
if (values.list)
  for (const { file, called } of passed) console.log(String(called).padStart(4), file)
const functions = passed.reduce((sum, { called }) => sum + called, 0)
console.log(`${passed.length} files, ${functions} functions`)
if (values.most !== undefined && passed.length > Number(values.most)) process.exitCode = 1
