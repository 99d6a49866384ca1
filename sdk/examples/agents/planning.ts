/** An agent that writes a plan before it acts, and one that is made to answer at its step limit. */

import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import tools from '../tools.ts'
import { exampleModel, type Print } from './example-model.ts'

const script = {
  'cheapest plan': [
    '1. Fetch user_456 with fetch_user_data.\n2. Answer with their plan.',
    "I carry the plan out.\n\n```js\nfinal_answer(fetch_user_data('user_456').plan)\n```",
  ],
  'every user': [
    "```js\nprint(fetch_user_data('user_123').name)\n```",
    "```js\nprint(fetch_user_data('user_456').name)\n```",
    'Ada Lovelace and Grace Hopper; there may be more.',
  ],
}

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ tools, workers: 1 })
  const options = { ...server, executor, tools: ['fetch_user_data'] }
  try {
    const planner = new CodeAgent({ ...options, planningInterval: 5 })
    const planned = await planner.runFull('Is user_456 on the cheapest plan, "free"? Name theirs.')
    for (const step of planned.steps) {
      if (step.type === 'planning-step') print(`plan:\n${step.reply}`)
    }
    print(`answer: ${planned.output}`)

    const hurried = new CodeAgent({ ...options, maxSteps: 2 })
    const forced = await hurried.runFull('Name every user, one per step: user_123, user_456 …')
    print(`answer at the limit (${forced.state}): ${forced.output}`)
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)
