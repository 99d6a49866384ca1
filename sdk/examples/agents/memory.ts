/** An agent that goes on from what it knows: in the same process, and from a file in the next one. */

import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import tools from '../tools.ts'
import { exampleModel, type Print } from './example-model.ts'

const script = [
  "```js\nconst user = fetch_user_data('user_123')\nfinal_answer(user.name)\n```",
  '```js\nfinal_answer(user.email)\n```', // `user` is still there
  "I know that already.\n\n```js\nfinal_answer(user.name + ' is on the plan ' + user.plan)\n```",
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ tools, workers: 1 })
  const options = { ...server, executor, tools: ['fetch_user_data'] }
  const goOn = { reset: false }
  try {
    const agent = new CodeAgent(options)
    print(`first: ${await agent.run('Fetch user_123. What is the name?', goOn)}`)
    print(`then: ${await agent.run('And the e-mail address?', goOn)}`)

    const saved = JSON.stringify(agent.memory)
    print(`saved: ${agent.memory.steps.length} steps`)

    const later = new CodeAgent({ ...options, memory: JSON.parse(saved) })
    print(`later: ${await later.run('Which plan is it?', goOn)}`)
    await later.close()
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)
