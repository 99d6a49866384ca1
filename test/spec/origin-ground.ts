/** What the cases of the origin systems run on: one executor and one model server for all of them. */

import type OpenAI from 'openai'
import type { Test } from 'tap'
import type { EmbeddedExecutor, Outcome, ToolSet } from '../../executor/index.ts'
import {
  type AgentOptions,
  CodeAgent,
  OpenAIModel,
  ToolCallingAgent,
} from '../../sdk/agents/index.ts'
import exampleTools from '../../sdk/examples/tools.ts'
import { completed, startExecutor } from '../support/executor.ts'
import { type ScriptedReply, scriptedModel } from '../support/model-server.ts'

/** A case of an origin system with its counterpart here. */
export interface OriginCase {
  /** Theirs, in our words. */
  readonly origin: string
  readonly test: (t: Test, ground: Ground) => Promise<unknown>
}

/** The cases of a system, by the groups that it has them in. */
export type OriginCases = Readonly<Record<string, readonly OriginCase[]>>

/** A reply, or what makes it when it is asked for. */
type Reply = ScriptedReply | (() => Promise<ScriptedReply>)

export interface Ground {
  /** Has the tools of the examples. */
  readonly executor: EmbeddedExecutor
  /** A model that gives its replies in turn, each conversation from the first one. */
  model(...replies: readonly Reply[]): OpenAIModel
  codeAgent(replies: readonly Reply[], options?: Partial<AgentOptions>): CodeAgent
  /** Without an executor: its tools run in this process. */
  callingAgent(replies: readonly Reply[], tools: ToolSet): ToolCallingAgent
  /** The outcome of a program, which must complete. */
  run(source: string, tools?: ToolSet): Promise<Extract<Outcome, { status: 'completed' }>>
  /** Where the model server is, with the name of a model that gives these replies. */
  settings(...replies: readonly Reply[]): { baseURL: string; apiKey: string; model: string }
}

export async function originGround(t: Test): Promise<Ground> {
  const executor = startExecutor(t, exampleTools)
  const scripts = new Map<string, readonly Reply[]>()
  const { client } = await scriptedModel(t, async ({ model, messages }) => {
    const turn = messages.filter(({ role }) => role === 'assistant').length
    const reply = scripts.get(model)?.[turn]
    if (reply === undefined)
      return { status: 404, error: { message: `${model} has no reply ${turn}`, type: 'script' } }
    return typeof reply === 'function' ? await reply() : reply
  })
  return makeGround(executor, client, scripts)
}

function makeGround(
  executor: EmbeddedExecutor,
  client: OpenAI,
  scripts: Map<string, readonly Reply[]>,
): Ground {
  const named = (replies: readonly Reply[]) => {
    const name = `model-${scripts.size}`
    scripts.set(name, replies)
    return name
  }
  const model = (...replies: readonly Reply[]) => new OpenAIModel({ client, model: named(replies) })
  return {
    executor,
    model,
    codeAgent: (replies, options = {}) =>
      new CodeAgent({ model: model(...replies), executor, ...options }),
    callingAgent: (replies, tools) => new ToolCallingAgent({ model: model(...replies), tools }),
    run: (source, tools) => completed(executor, { source, ...(tools && { tools }) }),
    settings: (...replies) => ({
      baseURL: client.baseURL,
      apiKey: 'none',
      model: named(replies),
    }),
  }
}

/** A tool that takes a while. */
export const later =
  <Args extends unknown[], Value>(answer: (...args: Args) => Value, ms = 5) =>
  async (...args: Args): Promise<Value> => {
    await new Promise(resolve => setTimeout(resolve, ms))
    return answer(...args)
  }

/** What a model is asked without an agent. */
export const asking = (content: string) => ({ messages: [{ role: 'user' as const, content }] })

/** All that an iterable gives. */
export async function all<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Answers so many callers, and none before all of them are there. */
export function meeting(size: number): () => Promise<void> {
  const met = Promise.withResolvers<void>()
  let count = 0
  return () => {
    if (++count === size) met.resolve()
    return met.promise
  }
}
