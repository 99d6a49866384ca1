/** Whether the engine starts and runs a program. */

import type { Finding } from './doctor.ts'
import { oneLine } from './refusal.ts'

/** Computes, waits for a tool, and gives a value: every part that a program needs. */
const CANARY = 'const parts = [1, 2, 3].map(n => n * 2); sleep(1); parts.join("+")'
const EXPECTED = '2+4+6'

/** Runs the canary in this process. */
export async function checkEngine(): Promise<Finding> {
  try {
    const { createExecutor } = await import('../../executor/index.ts')
    const executor = createExecutor({ workers: 1 })
    try {
      const beganAtMs = performance.now()
      await executor.start()
      const startedAtMs = performance.now()
      const { output } = await executor.executeOrThrow({ source: CANARY })
      if (output !== EXPECTED) return broken(`a program gave ${JSON.stringify(output)}`)
      const times = [startedAtMs - beganAtMs, performance.now() - startedAtMs]
      const [start, program] = times.map(ms => `${ms.toFixed(1)} ms`)
      return { status: 'ok', text: `started in ${start}, ran a program in ${program}` }
    } finally {
      await executor.close()
    }
  } catch (error) {
    return broken(oneLine(error))
  }
}

function broken(reason: string): Finding {
  return { status: 'fail', text: `${reason}; install again with npm ci, and report it if it stays` }
}
