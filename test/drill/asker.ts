/** Asks a daemon that is killed and comes back, until there is an answer. */

import { setTimeout as delay } from 'node:timers/promises'
import type { DrillDaemon } from './processes.ts'

/** What a daemon has answered. */
export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly body: any
}

/** A request beside its path. */
export interface Asked {
  /** `POST` with a body, otherwise `GET`, when absent. */
  readonly method?: 'POST' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const RETRY_MS = 25
/** One answer of a daemon that lives. */
const ANSWER_MS = 10_000
/** Refusals for now: too many, stopping, a full disk. */
const LATER: ReadonlySet<number> = new Set([429, 503, 507])

export class Asker {
  /** Refusals for a full disk. */
  refusedFull = 0
  /** Nobody waits for answers any more. */
  isGivenUp = false
  readonly retryMs: number
  #daemon: DrillDaemon

  /** @param retryMs a lost answer is asked for again after so long */
  constructor(daemon: DrillDaemon, retryMs = RETRY_MS) {
    this.#daemon = daemon
    this.retryMs = retryMs
  }

  /** Asks until there is an answer that is not a refusal for now; `undefined` when given up. */
  async ask(path: string, asked: Asked = {}): Promise<Answer | undefined> {
    while (!this.isGivenUp) {
      const answer = await this.try(path, asked)
      if (answer?.status === 507) this.refusedFull++
      if (answer !== undefined && !LATER.has(answer.status)) return answer
      await delay(this.retryMs)
    }
    return undefined
  }

  /** Asks once. `undefined`: nobody knows whether the daemon has done it. */
  async try(path: string, { method, body, headers }: Asked = {}): Promise<Answer | undefined> {
    try {
      const url = await this.url()
      if (url === undefined) return undefined
      const response = await fetch(url + path, {
        signal: AbortSignal.timeout(ANSWER_MS),
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return undefined
    }
  }

  /** Where the daemon listens, when it does within the time of an answer. */
  async url(): Promise<string | undefined> {
    const late = delay(ANSWER_MS, undefined, { ref: false })
    return await Promise.race([this.#daemon.url(), late])
  }
}
