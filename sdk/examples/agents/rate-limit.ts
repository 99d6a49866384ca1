/** A model that is asked at most so often: a request that waits for its turn holds up no other. */

import { OpenAIModel, rateLimited } from '../../agents/index.ts'
import { exampleModel, type Print } from './example-model.ts'

const request = { messages: [{ role: 'user' as const, content: 'Say one word.' }] }

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(['One.'])
  // Agents that are given the same model share its limit; `requestsPerMinute` of an agent is its own.
  const model = rateLimited(new OpenAIModel(server), { requestsPerMinute: 60 })
  const order: string[] = []
  const second = async () => {
    await model.generate(request)
    order.push('the second request')
  }
  const otherWork = async () => {
    await new Promise(resolve => setTimeout(resolve, 100))
    order.push('other work')
  }
  const fromMs = performance.now()
  await model.generate(request)
  await Promise.all([second(), otherWork()])
  const tookMs = performance.now() - fromMs
  print(`two requests took ${(tookMs / 1000).toFixed(1)} s`)
  print(`done meanwhile: ${order[0]}`)
}

if (import.meta.main) await main(console.log)
