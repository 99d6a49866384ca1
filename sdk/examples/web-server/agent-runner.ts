/** The agent behind both routes; the same code on the event loop and in a thread. */

import OpenAI from 'openai'
import { z } from 'zod'
import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import { tool } from '../../tool.ts'

/** Which model is asked and where; plain texts, since they cross into threads. */
export interface ModelSettings {
  readonly baseURL: string
  readonly apiKey: string
  readonly model: string
}

/** How long a person takes to say yes. */
const APPROVAL_MS = 100

const get_approval = tool({
  name: 'get_approval',
  description: 'Asks a person to approve an action; gives the verdict as text.',
  inputSchema: z.object({ action: z.string() }),
  execute: async ({ action }) => {
    await new Promise(resolve => setTimeout(resolve, APPROVAL_MS))
    return `approved: ${action}`
  },
})

export class AgentRunner {
  readonly #executor
  readonly #settings: ModelSettings
  readonly #client: OpenAI

  /** @param workers threads for the programs of all agents; programs that wait need none */
  constructor(settings: ModelSettings, workers: number) {
    const { apiKey, baseURL } = settings
    this.#executor = createExecutor({ tools: [get_approval], workers })
    this.#settings = settings
    this.#client = new OpenAI({ apiKey, baseURL })
  }

  /** Runs an agent of the request's own: they share nothing but the executor. */
  async run(task: string, signal?: AbortSignal): Promise<unknown> {
    const agent = new CodeAgent({
      client: this.#client,
      model: this.#settings.model,
      executor: this.#executor,
      tools: ['get_approval'],
      maxSteps: 10,
    })
    return await agent.run(task, signal && { signal })
  }

  async close(): Promise<void> {
    await this.#executor.close()
  }
}
