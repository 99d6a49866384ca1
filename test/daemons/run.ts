/**
 * Runs the specification against three daemons behind a balancer: `npm run tests:daemons`.
 *
 * Files may be named; without, those of `files.ts`. `LATCHD_TEST_DAEMONS` says how many daemons.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PostgresServer } from '../support/postgres.ts'
import { files } from './files.ts'

const named = process.argv.slice(2)
const server = await new PostgresServer(['max_connections=400']).start()
const env = { LATCHD_TEST_DAEMONS: '3', ...process.env, TEST_POSTGRES_URL: server.url() }
let isStopped = false
// One after another: each has three daemons in its process.
for (const file of named.length > 0 ? named : files) {
  const args = ['test/run.ts', '--jobs=1', file]
  const child = spawn(process.execPath, args, { stdio: 'inherit', env })
  const stop = (signal: NodeJS.Signals) => {
    isStopped = true
    child.kill(signal)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
  const [code] = await once(child, 'exit')
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, stop)
  if (code !== 0) process.exitCode = 1
  if (isStopped) break
}
await server.close()
