/** Whether the engine starts and runs a program. */

import type { IsolationLevel } from '../../../protocol/execution/isolation.ts'
import { canaryProgram } from '../../lifecycle/canary-program.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Runs the canary in an executor of this process, at a level of isolation. */
export async function checkEngine(isolation: IsolationLevel): Promise<Finding> {
  try {
    const { createExecutor } = await import('../../../executor/index.ts')
    const executor = createExecutor({ workers: 1, isolation })
    try {
      const beganAtMs = performance.now()
      await executor.start()
      const startedAtMs = performance.now()
      const { output } = await executor.executeOrThrow({ source: canaryProgram.source })
      if (output !== canaryProgram.expected)
        return broken(`a program gave ${JSON.stringify(output)}`)
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
