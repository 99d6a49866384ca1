/** A language model of the AI SDK that says what a test has written. */

import { simulateReadableStream } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'

type CallOptions = Parameters<MockLanguageModelV4['doGenerate']>[0]
type Content = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>['content'][number]
type StreamResult = Awaited<ReturnType<MockLanguageModelV4['doStream']>>
type StreamPart = StreamResult['stream'] extends ReadableStream<infer Part> ? Part : never

/** What the model answers: text, or the inputs of calls of `run_program`. */
export type Turn = string | readonly object[]

/** What the model is told: the results of its calls so far, as the AI SDK hands them over. */
// biome-ignore lint/suspicious/noExplicitAny: tests read results of every shape
export type Results = readonly any[]

/** @param answer called for each turn, with the results of the calls before */
export function aiSdkModel(answer: (results: Results, turn: number) => Turn) {
  let turns = 0
  const contentOf = ({ prompt }: CallOptions): Content[] => {
    const results = prompt.flatMap(({ role, content }) =>
      role === 'tool'
        ? content.flatMap(part =>
            part.type === 'tool-result' && 'value' in part.output ? [part.output.value] : [],
          )
        : [],
    )
    const turn = answer(results, turns++)
    if (typeof turn === 'string') return [{ type: 'text', text: turn }]
    return turn.map((input, i) => ({
      type: 'tool-call',
      toolCallId: `call-${turns}-${i}`,
      toolName: 'run_program',
      input: JSON.stringify(input),
    }))
  }
  return new MockLanguageModelV4({
    async doGenerate(options) {
      const content = contentOf(options)
      return { content, finishReason: finish(content), usage, warnings: [] }
    },
    async doStream(options) {
      const content = contentOf(options)
      const end = { type: 'finish' as const, finishReason: finish(content), usage }
      const stream = simulateReadableStream<StreamPart>({
        chunks: [...content.flatMap(streamed), end],
        chunkDelayInMs: null,
      })
      return { stream }
    },
  })
}

function streamed(part: Content, i: number): StreamPart[] {
  if (part.type === 'tool-call') return [part]
  if (part.type !== 'text') return []
  const id = String(i)
  return [
    { type: 'text-start', id },
    { type: 'text-delta', id, delta: part.text },
    { type: 'text-end', id },
  ]
}

const finish = (content: readonly Content[]) => {
  const isCall = content.some(({ type }) => type === 'tool-call')
  return { unified: isCall ? ('tool-calls' as const) : ('stop' as const), raw: undefined }
}

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}
