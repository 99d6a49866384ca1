/** The model without an agent: whole replies, replies in parts, and several at once. */

import { OpenAIModel } from '../../agents/index.ts'
import { exampleModel, type Print } from './example-model.ts'

const script = {
  greeting: ['Good morning.'],
  count: ['one two three four five six seven eight nine ten'],
  capital: ['Paris.'],
}

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const model = new OpenAIModel(server)

  const { text, usage } = await model.generate(ask('Write a greeting of two words.'))
  print(`whole: ${text} (${usage?.outputTokens ? 'tokens counted' : 'tokens unknown'})`)

  const parts: string[] = []
  for await (const delta of model.stream(ask('Please count to ten in words.'))) {
    if (delta.type === 'text') parts.push(delta.text)
  }
  print(`in ${parts.length > 1 ? 'parts' : 'one part'}: ${parts.join('')}`)

  const questions = Array.from({ length: 3 }, () => ask('What is the capital of France?'))
  const replies = await Promise.all(questions.map(question => model.generate(question)))
  print(`three at once: ${replies.map(reply => reply.text).join(' ')}`)
}

const ask = (content: string) => ({ messages: [{ role: 'user' as const, content }] })

if (import.meta.main) await main(console.log)
