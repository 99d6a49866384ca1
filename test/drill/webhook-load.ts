/** Webhooks: every message that is owed arrives, and one that arrives again is the same. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Random, random } from '../soak/random.ts'
import { patience } from '../support/patience.ts'
import { Lanes, type MakeSideLoad, type SideLoadOptions } from './side-load.ts'

const sources = [
  'try { pay(1) } catch {}',
  'put(1); look(2)',
  `human_approval('with a webhook?')`,
] as const
/** A message that was refused, or lost with a daemon, comes again within so long. */
const ARRIVE_MS = 20_000
const LOOK_MS = 50

class WebhookLoad {
  readonly name = 'webhooks'
  #lanes = new Lanes()
  #options: SideLoadOptions
  #server: Server
  #url = Promise.withResolvers<string>()
  #refuse: Random
  /** Bodies by id. */
  #arrived = new Map<string, string>()
  /** Types of the messages of an execution. */
  #told = new Map<string, string[]>()
  /** Executions that have ended, with how often they have asked a person. */
  #owed = new Map<string, number>()

  constructor(options: SideLoadOptions) {
    this.#options = options
    this.#refuse = random(options.seed * 7001)
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      // Refused at times, before or after it was taken: it comes again either way.
      const isRefused = this.#refuse.below(4) === 0
      const isTaken = !isRefused || this.#refuse.below(2) === 0
      const id = String(request.headers['webhook-id'])
      if (isTaken) this.#take(id, Buffer.concat(chunks).toString())
      response.writeHead(isRefused ? 500 : 204).end()
    })
  }

  /** Messages that have arrived. */
  get count(): number {
    return this.#arrived.size
  }

  get problems(): readonly string[] {
    return this.#lanes.problems
  }

  start(): void {
    const server = this.#server.listen(0, '127.0.0.1')
    void once(server, 'listening').then(() => {
      this.#url.resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    })
    this.#lanes.start(this.#options.lanes, (lane, n) => this.#step(lane, n))
  }

  #take(id: string, body: string): void {
    const before = this.#arrived.get(id)
    if (before !== undefined) {
      if (before !== body) this.#lanes.problems.push(`${id} came again with another body`)
      return
    }
    this.#arrived.set(id, body)
    const { executionId, type } = JSON.parse(body) as { executionId: string; type: string }
    this.#told.set(executionId, [...(this.#told.get(executionId) ?? []), type])
  }

  async #step(lane: number, n: number): Promise<boolean> {
    const { load, seed } = this.#options
    const draw = random(seed * 6007 + lane * 109 + n)
    const request = { source: draw.oneOf(sources), webhook: { url: await this.#url.promise } }
    const executionId = await load.submit(`webhook-${lane}-${n}`, request)
    if (executionId === undefined) return false
    const ended = await load.end(executionId, draw)
    if (ended === undefined) return false
    const asked = ended.calls.filter(({ tool }) => tool === 'human_approval').length
    this.#owed.set(executionId, asked)
    return true
  }

  async drain(): Promise<void> {
    await this.#lanes.drain()
    const untilMs = performance.now() + patience(ARRIVE_MS)
    while (this.#missing().length > 0 && performance.now() < untilMs) await delay(LOOK_MS)
    this.#lanes.problems.push(...this.#missing())
  }

  #missing(): string[] {
    const problems: string[] = []
    for (const [executionId, asked] of this.#owed) {
      const told = this.#told.get(executionId) ?? []
      const expected = [...Array<string>(asked).fill('approval-requested'), 'execution-ended']
      // The order is that of arrival.
      const isWhole = [...told].sort().join() === expected.sort().join()
      if (!isWhole)
        problems.push(`of ${executionId} a webhook was told ${told.join() || 'nothing'}`)
    }
    return problems
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

export const webhookLoad: MakeSideLoad = options => new WebhookLoad(options)
