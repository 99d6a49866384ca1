/** A daemon of a test's own: in this process, on a free port of the loopback, ended with the test. */

import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { type Daemon, startDaemon } from '../../daemon/start-daemon.ts'
import { daemonCount, daemonsBehindBalancer } from './daemons-behind-balancer.ts'
import { isolation } from './isolation.ts'
import { stateFolder } from './state-folder.ts'

/** The environment of such a daemon, with settings of the test's own; one worker, as each takes a start. */
export function testSettings(t: Test, env: Record<string, string>): Record<string, string> {
  return {
    LATCHD_PORT: '0',
    LATCHD_WORKERS: '1',
    LATCHD_ISOLATION: isolation,
    LATCHD_LOG_LEVEL: 'silent',
    LATCHD_DRAIN_MS: '100',
    LATCHD_STATE_DIR: env.LATCHD_STATE_DIR ?? stateFolder(t),
    ...env,
  }
}

/**
 * With `LATCHD_TEST_DAEMONS` and `TEST_POSTGRES_URL` it is so many daemons behind a balancer, which
 * picks one at random for each request.
 *
 * @param env settings; without `LATCHD_STATE_DIR` the daemon has a state folder of its own
 */
export async function testDaemon(t: Test, env: Record<string, string> = {}): Promise<Daemon> {
  const settings = testSettings(t, env)
  const stateDir = settings.LATCHD_STATE_DIR as string
  const database = await databaseOf(stateDir)
  const start = (own: Record<string, string>) => {
    const config = loadConfig({
      flags: {},
      env: { ...settings, ...database, ...own },
      readFile: () => undefined,
      cwd: import.meta.dirname,
    })
    return startDaemon(config, undefined, undefined, undefined, env)
  }
  const port = Number(settings.LATCHD_PORT)
  const daemon =
    daemonCount === 1
      ? await start({})
      : await daemonsBehindBalancer(daemonCount, stateDir, port, start)
  t.teardown(() => daemon.close())
  return daemon
}

/**
 * With `TEST_POSTGRES_URL`, of a server, the store of each state folder is a database of that server:
 * so a test runs on the store of several daemons.
 */
async function databaseOf(stateDir: string): Promise<Record<string, string>> {
  const server = process.env.TEST_POSTGRES_URL
  if (server === undefined) return {}
  const name = `d_${createHash('sha256').update(stateDir).digest('hex').slice(0, 24)}`
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: server })
  await client.connect()
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
  if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  const url = new URL(server)
  url.pathname = `/${name}`
  return { LATCHD_DATABASE_URL: url.href }
}

/** The path of a module among the fixtures. */
export const fixture = (path: string) => resolve(import.meta.dirname, '../fixtures', path)

/** Posts JSON and gives status, headers and the parsed body. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: await json(response) }
}

/** Gets a path and gives status, headers and the parsed body. */
export async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers })
  return { status: response.status, headers: response.headers, body: await json(response) }
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
async function json(response: Response): Promise<any> {
  const text = await response.text()
  return text === '' ? undefined : JSON.parse(text)
}
