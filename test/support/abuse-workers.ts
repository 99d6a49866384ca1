/**
 * Loses worker threads of a daemon again and again, in a process whose threads have little heap.
 * Prints what each request was answered, as JSON: those of the one who does it, and of another.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'

const stateDir = mkdtempSync(join(tmpdir(), 'latchd-abuse-'))
const env = {
  LATCHD_PORT: '0',
  LATCHD_WORKERS: '2',
  LATCHD_LOG_LEVEL: 'silent',
  LATCHD_STATE_DIR: stateDir,
  LATCHD_TOKENS: 'eve:secret-of-eve,ann:secret-of-ann',
}
const config = loadConfig({ flags: {}, env, readFile: () => undefined, cwd: stateDir })
const daemon = await startDaemon(config)

/** Each element is several nodes of the syntax tree. */
const source = `[${'a=>a,'.repeat(200_000)}].length`
const limits = { maxSourceBytes: 1_048_576, cpuMs: 60_000 }

async function ask(name: string, body: object): Promise<string> {
  const response = await fetch(`${daemon.url}/v1/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer secret-of-${name}` },
    body: JSON.stringify({ waitMs: 60_000, ...body }),
  })
  const { status, code, error } = (await response.json()) as Record<string, never>
  return code ?? (error as { code?: string } | undefined)?.code ?? String(status)
}

const eve: string[] = []
// Each of them costs two workers.
for (let i = 0; i < 5; i++) eve.push(await ask('eve', { source, limits }))
const ann = await ask('ann', { source: '6 * 7' })
await daemon.close()
rmSync(stateDir, { recursive: true, force: true })
console.log(JSON.stringify({ eve, ann }))
