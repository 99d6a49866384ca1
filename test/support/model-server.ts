/** A model whose replies a test writes: behind a real OpenAI-compatible server and the real client. */

import {
  type ChatCompletionRequest,
  type FixtureOpts,
  type FixtureResponse,
  LLMock,
} from '@copilotkit/aimock'
import OpenAI from 'openai'

/** What the server answers: a text, or a response of any kind. */
export type ScriptedReply = string | FixtureResponse
/** Gives the reply to a request; `turn` counts them from 0. */
export type Script = (
  request: ChatCompletionRequest,
  turn: number,
) => ScriptedReply | Promise<ScriptedReply>

export interface ScriptedModel {
  readonly client: OpenAI
  readonly model: string
  /** Every request so far. */
  readonly requests: ChatCompletionRequest[]
}

interface ScriptOptions extends FixtureOpts {
  /** Retries of the client; 2 as it has by default. */
  readonly maxRetries?: number
}

/**
 * Starts a server that is stopped with the test.
 *
 * @param script what it replies: a function, or a list of which each request gets the next
 */
export async function scriptedModel(
  t: { teardown(release: () => Promise<void>): unknown },
  script: Script | readonly ScriptedReply[],
  { maxRetries = 2, ...fixture }: ScriptOptions = {},
): Promise<ScriptedModel> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', latency: 0 })
  const requests: ChatCompletionRequest[] = []
  const reply: Script = typeof script === 'function' ? script : listed(script)
  mock.addFixture({
    match: { predicate: () => true },
    ...fixture,
    response: async request => {
      const turn = requests.push(request) - 1
      const answer = await reply(request, turn)
      return typeof answer === 'string' ? { content: answer } : answer
    },
  })
  await mock.start()
  t.teardown(() => mock.stop())
  const client = new OpenAI({ apiKey: 'none', baseURL: `${mock.url}/v1`, maxRetries })
  return { client, model: 'scripted', requests }
}

function listed(replies: readonly ScriptedReply[]): Script {
  return (_request, turn) => {
    const answer = replies[turn]
    if (answer !== undefined) return answer
    return {
      status: 418,
      error: { message: `there are ${replies.length} replies`, type: 'script' },
    }
  }
}

/** A reply with one program. */
export const programs = (source: string, thought = 'I do it.') =>
  `${thought}\n\n\`\`\`js\n${source}\n\`\`\``

/** A reply with tool calls of the model's own: name and arguments. */
export const calling = (
  ...calls: (readonly [name: string, input: unknown])[]
): FixtureResponse => ({
  toolCalls: calls.map(([name, input], at) => ({
    id: `call_${name}_${at}`,
    name,
    arguments: typeof input === 'string' ? input : JSON.stringify(input),
  })),
})

/** The text of the last message of a request. */
export function lastText({ messages }: ChatCompletionRequest): string {
  const content = messages.at(-1)?.content
  return typeof content === 'string' ? content : JSON.stringify(content)
}
