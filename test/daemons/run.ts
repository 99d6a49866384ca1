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
const child = spawn(
  process.execPath,
  ['test/run.ts', '--jobs=1', ...(named.length > 0 ? named : files)],
  {
    stdio: 'inherit',
    env: { LATCHD_TEST_DAEMONS: '3', ...process.env, TEST_POSTGRES_URL: server.url() },
  },
)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal))
const [code] = await once(child, 'exit')
await server.close()
process.exitCode = code ?? 1
