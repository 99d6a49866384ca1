/** Three agents at once in one process take the time of one, and know nothing of each other. */

import { z } from 'zod'
import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import { tool } from '../../tool.ts'
import { exampleModel, type Print } from './example-model.ts'

const REVIEW_MS = 500

const review = tool({
  name: 'review',
  description: 'Has a file reviewed; takes half a second.',
  inputSchema: z.object({ file: z.string() }),
  execute: async ({ file }) => {
    await new Promise(resolve => setTimeout(resolve, REVIEW_MS))
    return `${file} is fine`
  },
})

const files = ['main.ts', 'pool.ts', 'latch.ts']
const script = Object.fromEntries(
  files.map(file => [
    file,
    [
      `\`\`\`js\nconst verdict = review('${file}')\n\`\`\``,
      '```js\nfinal_answer(verdict)\n```', // a variable of this agent's own session
    ],
  ]),
)

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  // One thread for the programs of all: one that waits gives it up.
  const executor = createExecutor({ tools: [review], workers: 1 })
  await executor.start()
  const run = (file: string) =>
    new CodeAgent({ ...server, executor, tools: ['review'], typecheck: 'off' }).run(
      `Have ${file} reviewed, keep the verdict in a variable, and answer with it.`,
    )
  try {
    const fromMs = performance.now()
    const answers = await Promise.all(files.map(run))
    const atOnceMs = performance.now() - fromMs
    for (const answer of answers) print(`answer: ${answer}`)

    for (const file of files) await run(file)
    const oneByOneMs = performance.now() - fromMs - atOnceMs
    print(`three at once: ${seconds(atOnceMs)}, one after the other: ${seconds(oneByOneMs)}`)
  } finally {
    await executor.close()
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

if (import.meta.main) await main(console.log)
