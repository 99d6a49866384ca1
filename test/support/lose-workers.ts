/**
 * Loses a worker thread twice to one source, in a process whose threads have little heap: parsing
 * it takes more. Prints how each execution ended, as JSON.
 */

import { createExecutor } from '../../executor/index.ts'
import { echo } from './one-worker.ts'

const answer = Promise.withResolvers<string>()
const executor = createExecutor({ workers: 2, tools: { echo, wait: () => answer.promise } })
/** Each element is several nodes of the syntax tree. */
const source = `[${'a=>a,'.repeat(200_000)}].length`
const limits = { maxSourceBytes: 1_048_576, cpuMs: 60_000 }

const waits = executor.execute({ source: 'await wait()' })
const lost = await executor.execute({ source, limits })
const next = await executor.execute({ source: 'await echo("next")' })
answer.resolve('waited')
const waited = await waits
await executor.close()
console.log(
  JSON.stringify({
    lost: 'error' in lost ? { code: lost.error.code, status: lost.status } : lost,
    next: next.output,
    waited: waited.output,
  }),
)
