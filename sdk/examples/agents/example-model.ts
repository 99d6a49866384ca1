/**
 * The model of the agent examples: a real one when `OPENAI_API_KEY` is set (`OPENAI_BASE_URL` for
 * another service, `LATCHD_MODEL` for its name), else a server that speaks OpenAI's protocol and
 * replies from the script of the example. The client is the real one either way.
 */

import { type ChatCompletionRequest, type FixtureResponse, LLMock } from '@copilotkit/aimock'
import OpenAI from 'openai'

/** One turn of the model: a text, tool calls, or a failure. */
export type Reply = string | FixtureResponse

/**
 * What the model replies. A list: its turns in a conversation. A record: the lists of several
 * conversations, by a text that their first message holds.
 */
export type Script = readonly Reply[] | Readonly<Record<string, readonly Reply[]>>

/** What examples hand on to agents. */
export interface ExampleModel extends AsyncDisposable {
  readonly client: OpenAI
  readonly model: string
  /** Where its service is. */
  readonly baseURL: string
  readonly apiKey: string
}

/** Where the outcome of an example goes, a line at a time. */
export type Print = (line: string) => void

const REAL_MODEL = 'gpt-5-mini'

export async function exampleModel(script: Script): Promise<ExampleModel> {
  const { OPENAI_API_KEY, LATCHD_MODEL = REAL_MODEL } = process.env
  if (OPENAI_API_KEY) {
    const { baseURL } = new OpenAI()
    return model(LATCHD_MODEL, baseURL, OPENAI_API_KEY, async () => {})
  }
  const server = await scriptedServer(script)
  return model('scripted', `${server.url}/v1`, 'none', () => server.stop())
}

function model(
  name: string,
  baseURL: string,
  apiKey: string,
  dispose: () => Promise<void>,
): ExampleModel {
  const client = new OpenAI({ apiKey, baseURL })
  return { client, model: name, baseURL, apiKey, [Symbol.asyncDispose]: dispose }
}

/** An OpenAI-compatible server that replies by a script. */
export async function scriptedServer(script: Script): Promise<LLMock> {
  const server = new LLMock({ port: 0, host: '127.0.0.1', latency: 0 })
  server.addFixture({
    match: { predicate: () => true },
    response: request => responseTo(request, script),
  })
  await server.start()
  return server
}

function responseTo(request: ChatCompletionRequest, script: Script): FixtureResponse {
  const asked = request.messages.find(({ role }) => role === 'user')?.content
  const task = typeof asked === 'string' ? asked : JSON.stringify(asked)
  const turns = Array.isArray(script)
    ? (script as readonly Reply[])
    : Object.entries(script).find(([text]) => task.includes(text))?.[1]
  const reply = turns?.[request.messages.filter(({ role }) => role === 'assistant').length]
  if (reply === undefined) {
    const message = `The script has no reply to: ${task}`
    return { status: 404, error: { message, type: 'script' } }
  }
  return typeof reply === 'string' ? { content: reply } : reply
}
