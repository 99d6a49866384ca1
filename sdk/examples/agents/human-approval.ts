/** An agent that asks a person before it acts. */

import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import type { OnApproval } from '../../index.ts'
import { exampleModel, type Print } from './example-model.ts'

const script = [
  `A person has to agree first.

\`\`\`js
const { approved, reason } = human_approval('delete user account')
final_answer(approved ? 'approved: delete user account' : 'rejected: ' + reason)
\`\`\``,
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  // Any function will do: a question on a terminal, a message in a chat, a form in a page.
  const onApproval: OnApproval = async ({ tool, input }) => {
    print(`asked: ${tool} ${JSON.stringify(input)}`)
    return { decision: 'approve' }
  }
  // The tool `human_approval` is built in; the program waits at that line for as long as it takes.
  const executor = createExecutor({ workers: 1 })
  try {
    const agent = new CodeAgent({ ...server, executor, onApproval })
    print(`answer: ${await agent.run('Get approval to delete user account')}`)
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)
