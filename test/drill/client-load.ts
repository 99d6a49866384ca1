/** Tools that live in a client, which is a process that dies too. */

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../soak/random.ts'
import { type ScriptProcess, startScript } from './processes.ts'
import type { MakeSideLoad, SideLoadOptions } from './side-load.ts'

/** A client's tool takes up to so long before its effect, and after it, so that the process dies there too. */
export const LONGEST_PAUSE_MS = 40

/** What the client's process prints, a line each. */
export type ClientLine =
  | {
      readonly kind: 'ended'
      readonly lane: number
      readonly n: number
      readonly executionId: string
    }
  /** It is about to do what has an effect once. */
  | { readonly kind: 'calling' }
  | { readonly kind: 'problem'; readonly text: string }

class ClientLoad {
  readonly name = 'client tools'
  readonly problems: string[] = []
  count = 0
  /** Processes that were killed. */
  kills = 0
  isRecovering = false
  /** So long after the beginning of its next call the client is killed. */
  #killAfterMs: number | undefined
  #options: SideLoadOptions
  #child: ScriptProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  /** Resolves when the process is there that follows one that was killed. */
  #restarted: Promise<void> = Promise.resolve()
  /** The next number of each lane. */
  #next: number[]

  constructor(options: SideLoadOptions) {
    this.#options = options
    this.#next = Array<number>(options.lanes).fill(0)
  }

  start(): void {
    const { seed, daemonUrl, ledgerUrl } = this.#options
    const child = startScript('client.ts', [daemonUrl, String(seed), this.#next.join()], {
      DRILL_LEDGER: ledgerUrl,
    })
    this.#child = child
    let stderr = ''
    child.stderr.on('data', part => {
      stderr += part
    })
    createInterface({ input: child.stdout }).on('line', line => {
      const told = JSON.parse(line) as ClientLine
      if (told.kind === 'calling') this.#killSoon(child)
      // What the one before had printed is not work of this one.
      else if (this.#child === child && this.#killAfterMs === undefined) this.isRecovering = false
      this.#take(told)
    })
    this.#ended = once(child, 'close').then(([code, signal]) => {
      if (code !== 0 && signal !== 'SIGKILL') {
        this.problems.push(`the client ended with ${code ?? signal}: ${stderr.slice(-2000)}`)
      }
    })
  }

  #take(line: ClientLine): void {
    if (line.kind === 'calling') return
    if (line.kind === 'problem') {
      this.problems.push(line.text)
      return
    }
    const { lane, n, executionId } = line
    this.#options.load.accepted.add(executionId)
    this.#next[lane] = n + 1
    this.count++
  }

  /** At times the client is killed in its next call; the next process of its name goes on with what it has left. */
  disturb(draw: Random): void {
    // The one before may have to be replaced yet.
    if (draw.below(2) !== 0 || this.isRecovering) return
    this.isRecovering = true
    this.#killAfterMs = draw.below(2 * LONGEST_PAUSE_MS)
  }

  #killSoon(child: ScriptProcess): void {
    const afterMs = this.#killAfterMs
    if (afterMs === undefined || this.#child !== child) return
    this.#killAfterMs = undefined
    this.#restarted = delay(afterMs).then(async () => {
      this.kills++
      child.kill('SIGKILL')
      await this.#ended
      this.start()
    })
  }

  async drain(): Promise<void> {
    await this.#restarted
    this.#child?.stdin.end()
    await this.#ended
  }

  async close(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#ended
  }
}

export const clientLoad: MakeSideLoad = options => new ClientLoad(options)
