/** Five approvals at once: the program waits as long as for one. */

import { z } from 'zod'
import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import { tool } from '../../tool.ts'
import { exampleModel, type Print } from './example-model.ts'

const APPROVAL_MS = 100

const approve = tool({
  name: 'approve',
  description: 'Asks a person to approve an action; takes 100 ms.',
  inputSchema: z.object({ action: z.string() }),
  execute: async ({ action }) => {
    await new Promise(resolve => setTimeout(resolve, APPROVAL_MS))
    return `approved: ${action}`
  },
})

const script = [
  `All five can be asked at the same time.

\`\`\`js
final_answer(approve.map([1, 2, 3, 4, 5].map(n => \`action \${n}\`)))
\`\`\``,
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ tools: [approve], workers: 1 })
  await executor.start()
  try {
    const agent = new CodeAgent({ ...server, executor, tools: ['approve'] })
    const { output, steps } = await agent.runFull(
      'Get approval for the actions "action 1" to "action 5", all at the same time. Answer with the list of verdicts.',
    )
    print(`answer: ${(output as string[]).join(', ')}`)
    const calls = steps.flatMap(step =>
      step.type === 'action-step' && step.action === 'program' ? step.calls : [],
    )
    const startMs = Math.min(...calls.map(call => call.startedAtMs))
    const endMs = Math.max(...calls.map(call => call.startedAtMs + (call.durationMs ?? 0)))
    print(`${calls.length} approvals of ${APPROVAL_MS} ms in ${Math.round(endMs - startMs)} ms`)
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)
