/** Messages and tools in the form of OpenAI's Chat Completions. */

import type {
  ChatCompletionContentPart,
  ChatCompletionFunctionTool,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import { dataUrl } from '../../protocol/answer/answer-images.ts'
import type { ModelMessage, ModelTool } from './model.ts'

/** Messages as Chat Completions takes them. */
export function openAIMessages(messages: readonly ModelMessage[]): ChatCompletionMessageParam[] {
  return messages.map(message => {
    switch (message.role) {
      case 'system':
        return { role: message.role, content: message.content }
      case 'user':
        return { role: message.role, content: userContent(message) }
      case 'assistant':
        return assistantMessage(message)
      case 'tool':
        return { role: 'tool', tool_call_id: message.callId, content: message.content }
      default:
        return message satisfies never
    }
  })
}

function userContent({
  content,
  images = [],
}: Extract<ModelMessage, { role: 'user' }>): string | ChatCompletionContentPart[] {
  // Not every service knows content in parts.
  if (images.length === 0) return content
  return [
    { type: 'text', text: content },
    ...images.map(image => ({
      type: 'image_url' as const,
      image_url: { url: dataUrl(image) },
    })),
  ]
}

function assistantMessage({
  content,
  toolCalls = [],
}: Extract<ModelMessage, { role: 'assistant' }>): ChatCompletionMessageParam {
  if (toolCalls.length === 0) return { role: 'assistant', content }
  return {
    role: 'assistant',
    // Services want null where a message only calls tools.
    content: content === '' ? null : content,
    tool_calls: toolCalls.map(({ callId, name, argumentsText }) => ({
      id: callId,
      type: 'function' as const,
      function: { name, arguments: argumentsText },
    })),
  }
}

/** Tools as Chat Completions takes them. */
export function openAITools(tools: readonly ModelTool[]): ChatCompletionFunctionTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, description, parameters: { ...inputSchema } },
  }))
}
