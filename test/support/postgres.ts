/** A PostgreSQL server of a test's own: in a temporary folder, on a socket, ended with the test. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

const INSTALLED = '/usr/lib/postgresql'
const MISSING = 'PostgreSQL is not installed, which this test starts: apt-get install -y postgresql'

/** The folder of the newest installed server's programs. */
function binaries(): string {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED).map(Number) : []
  const newest = Math.max(...versions)
  const folder = join(INSTALLED, String(newest), 'bin')
  if (!existsSync(join(folder, 'initdb'))) throw new Error(MISSING)
  return folder
}

/** The server refuses to run as root. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'postgres']).stdout.toString())
  return { uid: idOf('-u'), gid: idOf('-g') }
}

export class PostgresServer {
  #folder: string
  #bin = binaries()
  #user = user()
  #server: ChildProcess | undefined
  #settings: readonly string[]
  /** Connections to each database, which stay: a new one costs the server a process. */
  #pools = new Map<string, pg.Pool>()

  /** @param settings `name=value`, beside those of a server that keeps what it acknowledges */
  constructor(settings: readonly string[] = []) {
    this.#settings = settings
    // In memory where that can be: a test proves nothing of the disk.
    const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
    this.#folder = mkdtempSync(join(parent, 'latchd-pg-'))
    const { uid, gid } = this.#user
    if (uid !== undefined && gid !== undefined) chownSync(this.#folder, uid, gid)
  }

  /** The URL of a database. */
  url(database = 'postgres'): string {
    return `postgres://latchd@localhost/${database}?host=${encodeURIComponent(this.#folder)}`
  }

  /** The socket on which it listens. */
  get socketPath(): string {
    return join(this.#folder, '.s.PGSQL.5432')
  }

  /** Makes the folder and starts the server; resolves when it answers. */
  async start(): Promise<this> {
    const data = join(this.#folder, 'data')
    const options = ['-D', data, '-U', 'latchd', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']
    const made = spawnSync(join(this.#bin, 'initdb'), options, { ...this.#user, cwd: '/' })
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
    await this.restart()
    return this
  }

  /** Starts the server on the folder that it has; resolves when it answers. */
  async restart(): Promise<void> {
    const settings = [
      ...['listen_addresses=', `unix_socket_directories=${this.#folder}`, 'shared_buffers=32MB'],
      ...['max_connections=60', 'autovacuum_naptime=10s', 'log_checkpoints=off'],
      ...this.#settings,
    ]
    const args = ['-D', join(this.#folder, 'data'), ...settings.flatMap(one => ['-c', one])]
    const server = spawn(join(this.#bin, 'postgres'), args, {
      ...this.#user,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#server = server
    const said: string[] = []
    const ready = Promise.withResolvers<void>()
    createInterface({ input: server.stderr }).on('line', line => {
      said.push(line)
      if (line.includes('ready to accept connections')) ready.resolve()
    })
    server.once('exit', () => ready.reject(new Error(`PostgreSQL ended: ${said.join('\n')}`)))
    await ready.promise
    ready.promise.catch(() => {})
  }

  /** Ends the server at once, as a crash would; what it has acknowledged is on disk. */
  async kill(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server !== undefined && server.exitCode === null) {
      const ended = once(server, 'exit')
      server.kill('SIGQUIT')
      await ended
    }
    await this.#disconnect()
  }

  /** Milliseconds of CPU that its processes have had, those that have ended among them (Linux). */
  get cpuMs(): number {
    const pid = this.#server?.pid
    if (pid === undefined) return 0
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return [String(pid), ...children].reduce(
      (sum, one) => sum + cpuMsOf(one, one === String(pid)),
      0,
    )
  }

  /** Makes an empty database; returns its URL. */
  async database(name: string): Promise<string> {
    await this.query(`CREATE DATABASE ${name}`)
    return this.url(name)
  }

  /** Runs one statement. */
  query(sql: string, database = 'postgres'): Promise<pg.QueryResult> {
    let pool = this.#pools.get(database)
    if (pool === undefined) {
      pool = new pg.Pool({ connectionString: this.url(database), idleTimeoutMillis: 0 })
      // One that is lost while nothing is asked of it is not missed.
      pool.on('error', () => {})
      this.#pools.set(database, pool)
    }
    return pool.query(sql)
  }

  async #disconnect(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map(pool => pool.end()))
  }

  /**
   * Holds the locks of a statement while something else goes on.
   *
   * @param during gets a function that resolves when another session waits for them
   */
  async held(
    database: string,
    sql: string,
    during: (blocked: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const client = new pg.Client({ connectionString: this.url(database) })
    await client.connect()
    try {
      await client.query('BEGIN')
      await client.query(sql)
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
      // By another session: a transaction sees the sessions as they were when it first looked.
      const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted
        AND ${rows[0].pid} = ANY(pg_blocking_pids(pid))`
      await during(async () => {
        while ((await this.query(waiting, database)).rowCount === 0);
      })
    } finally {
      await client.end()
    }
  }

  /** Ends the server and removes its folder. */
  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The clock of the kernel's counts: a hundred ticks a second. */
const TICK_MS = 10

/** @param withChildren whether those that have ended count too */
function cpuMsOf(pid: string, withChildren: boolean): number {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // It has ended since: its parent has its count.
    return 0
  }
  // Behind the name, which may have spaces: state is the third field, the times are 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number)
  return TICK_MS * (user + system + (withChildren ? endedUser + endedSystem : 0))
}

/** Empties the tables of a store between tests: quicker than to truncate them. */
export const EMPTY = `DELETE FROM execution; DELETE FROM session; DELETE FROM webhook;
  DELETE FROM removed_key; DELETE FROM file; DELETE FROM daemon`
