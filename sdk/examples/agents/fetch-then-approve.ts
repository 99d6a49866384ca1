/** Fetches from a service, and then asks a person about what it has found. */

import { z } from 'zod'
import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import { tool } from '../../tool.ts'
import tools from '../tools.ts'
import { exampleModel, type Print } from './example-model.ts'

const request_approval = tool({
  name: 'request_approval',
  description: 'Asks a person to approve an action; gives the verdict as text.',
  inputSchema: z.object({ action: z.string(), risk: z.enum(['low', 'high']) }),
  execute: async ({ action, risk }) => {
    await new Promise(resolve => setTimeout(resolve, 100)) // the person thinks
    return `APPROVED: ${action} (risk: ${risk})`
  },
})

const script = [
  `I look the user up, and then ask for approval.

\`\`\`js
const user = fetch_user_data('user_123')
print(\`\${user.name} is on the plan \${user.plan}\`)
final_answer(request_approval(\`delete /data/users/\${user.id}\`, 'high'))
\`\`\``,
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ tools: [...tools, request_approval], workers: 1 })
  try {
    const agent = new CodeAgent({
      ...server,
      executor,
      tools: ['fetch_user_data', 'request_approval'],
    })
    const { output, steps } = await agent.runFull(
      'Fetch the data of user_123, then get a high-risk approval to delete their folder under /data/users.',
    )
    for (const step of steps) {
      if (step.type === 'action-step' && step.action === 'program') print(`log: ${step.logs}`)
    }
    print(`answer: ${output}`)
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)
