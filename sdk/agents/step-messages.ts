/** Steps as the messages of a conversation. */

import { MAX_IMAGES } from '../../protocol/answer/answer-images.ts'
import type { ModelMessage } from './model.ts'
import { withoutThinking } from './reply-program.ts'
import type { ActionStep, AgentStep } from './step.ts'

/** The messages by which a model learns of these steps. */
export function messagesOf(steps: readonly AgentStep[]): ModelMessage[] {
  return merged(latestImages(steps).flatMap(messagesOfStep))
}

/** The steps with the images of the latest alone: services bound them for a whole conversation. */
function latestImages(steps: readonly AgentStep[]): readonly AgentStep[] {
  let left = MAX_IMAGES
  return steps
    .toReversed()
    .map(step => {
      if (!('images' in step) || step.images === undefined) return step
      const { images, ...rest } = step
      const kept = left > 0 ? images.slice(-left) : []
      left -= kept.length
      return kept.length === 0 ? (rest as AgentStep) : { ...step, images: kept }
    })
    .toReversed()
}

function messagesOfStep(step: AgentStep): ModelMessage[] {
  switch (step.type) {
    case 'task-step':
      return [{ role: 'user', content: [`Task: ${step.task}`, ...step.notes].join('\n\n') }]
    case 'planning-step':
      return [
        { role: 'assistant', content: step.reply },
        { role: 'user', content: 'Now carry this plan out, step by step.' },
      ]
    case 'action-step':
      return messagesOfAction(step)
    case 'forced-answer-step':
      return [
        { role: 'user', content: forcedAnswerRequest },
        { role: 'assistant', content: step.reply },
      ]
    default:
      return step satisfies never
  }
}

/** Asks for the answer at the step limit. */
export const forcedAnswerRequest =
  'The limit of steps is reached: nothing more can be run. Answer the task now, in plain text, from what you have seen so far. Say what could not be found out.'

function messagesOfAction(step: ActionStep): ModelMessage[] {
  if (step.action === 'tool-calls') {
    const toolCalls = step.calls.map(({ callId, name, argumentsText }) => ({
      callId,
      name,
      argumentsText,
    }))
    return [
      { role: 'assistant', content: step.reply, toolCalls },
      ...step.calls.map(({ callId, answer }): ModelMessage => {
        return { role: 'tool', callId, content: answer }
      }),
      ...(step.observation === '' && step.images === undefined
        ? []
        : [userMessage(step.observation || 'Images of the answers:', step)]),
    ]
  }
  // Services refuse messages without any text.
  const reply: ModelMessage = {
    role: 'assistant',
    content: withoutThinking(step.reply) || '(no text)',
  }
  if (step.observation === '') return [reply]
  return [reply, userMessage(`Observation:\n${step.observation}`, step)]
}

const userMessage = (content: string, { images }: ActionStep): ModelMessage => ({
  role: 'user',
  content,
  ...(images && { images }),
})

/** Many services want user and assistant in turns: what follows one user's message joins it. */
function merged(messages: readonly ModelMessage[]): ModelMessage[] {
  const list: ModelMessage[] = []
  for (const message of messages) {
    const last = list.at(-1)
    if (message.role === 'user' && last?.role === 'user') {
      const images = [...(last.images ?? []), ...(message.images ?? [])]
      const content = `${last.content}\n\n${message.content}`
      list[list.length - 1] = { role: 'user', content, ...(images.length > 0 && { images }) }
    } else list.push(message)
  }
  return list
}
