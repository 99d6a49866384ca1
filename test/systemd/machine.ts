/** A machine within this one, whose first process is systemd: booted, spoken to, lost, booted again. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import { type Answer, askSocket } from '../support/ask-socket.ts'
import { removeGroup } from '../support/own-group.ts'
import { until } from '../support/systemd.ts'

/** What a command has printed, and how it ended. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A boot takes two seconds, on a busy machine ten. */
const BOOT_MS = 60_000

/** Nothing of an operator takes longer here. */
const COMMAND_MS = 120_000

export class Machine {
  #t: Test
  /** In memory: what lies above the files of this machine, and its group of processes. */
  #folder = mkdtempSync('/dev/shm/latchd-machine-')
  #boot: ChildProcess | undefined
  #first: number | undefined
  #hasBooted = false

  constructor(t: Test) {
    this.#t = t
    t.teardown(async () => {
      if (!t.passing() && this.#hasBooted) await this.#tellJournal()
      await this.lose()
      rmSync(this.#folder, { recursive: true, force: true })
    })
  }

  /** Resolves when the units that come up at a boot are up. @throws {Error} says what was refused */
  async boot(): Promise<void> {
    const boot = spawn(join(import.meta.dirname, 'machine.sh'), [this.#folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#boot = boot
    let refusal = ''
    boot.stderr.setEncoding('utf8').on('data', (text: string) => {
      refusal += text
    })
    const isUp = async () => {
      if (boot.exitCode !== null) return refusal
      this.#first = firstChild(boot.pid as number)
      const { stdout } = await this.run('systemctl', 'is-system-running')
      // Degraded: a unit has failed, which a test may have meant.
      if (!/^(running|degraded)$/m.test(stdout)) throw new Error(`it is ${stdout}${refusal}`)
      return undefined
    }
    const refused = await until('systemd is up', isUp, BOOT_MS)
    if (refused !== undefined) throw new Error(`Cannot boot a machine here: ${refused}`)
    this.#hasBooted = true
  }

  /** As by a power failure: all of its processes end at once. */
  async lose(): Promise<void> {
    const boot = this.#boot
    if (boot === undefined) return
    this.#boot = undefined
    if (boot.exitCode === null && boot.kill('SIGKILL')) await once(boot, 'exit')
    if (this.#hasBooted) await removeGroup(this.#folder)
  }

  /** Runs a command as root of the machine. */
  async run(...command: readonly string[]): Promise<Ran> {
    const env = ['-i', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root']
    const inside = ['-a', '-t', String(this.#first), 'env', ...env, ...command]
    try {
      const ran = await promisify(execFile)('nsenter', inside, { timeout: COMMAND_MS })
      return { code: 0, ...ran }
    } catch (error) {
      const { code, stdout, stderr } = error as Ran & { code: unknown }
      if (typeof code !== 'number') throw error
      return { code, stdout, stderr }
    }
  }

  /** What a command has printed. @throws {Error} when it fails */
  async output(...command: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...command)
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${stderr}${stdout}`)
    return stdout.trim()
  }

  /** A property of the service. */
  shown(property: string): Promise<string> {
    return this.output('systemctl', 'show', '-P', property, 'latchd.service')
  }

  /** A file as the machine has it. */
  read(path: string): string {
    return readFileSync(this.#inside(path), 'utf8')
  }

  /** Asks the daemon through its Unix socket. */
  ask(token: string, path: string, body?: unknown): Promise<Answer> {
    return askSocket(this.#inside('/run/latchd/latchd.sock'), token, path, body)
  }

  /** For who looks for the reason of a failure. */
  async #tellJournal(): Promise<void> {
    const { stdout } = await this.run('journalctl', '-b', '-n', '60', '--no-pager', '-u', 'latchd*')
    this.#t.comment(stdout)
  }

  #inside(path: string): string {
    return `/proc/${this.#first}/root${path}`
  }
}

/** The process that a process has started. @throws {Error} when there is none yet */
function firstChild(pid: number): number {
  const child = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10)
  if (Number.isNaN(child)) throw new Error(`process ${pid} has not started another yet`)
  return child
}
