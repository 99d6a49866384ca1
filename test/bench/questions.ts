/** The questions, in the order in which they are asked. */

import type { Question } from './question.ts'
import { clientTools } from './questions/client-tools.ts'
import { concurrentCalls } from './questions/concurrent-calls.ts'
import { daemonStart } from './questions/daemon-start.ts'
import { durableCommits } from './questions/durable-commits.ts'
import { httpLatency } from './questions/http-latency.ts'
import { hundredCalls } from './questions/hundred-calls.ts'
import { idleMemory } from './questions/idle-memory.ts'
import { importTime } from './questions/import-time.ts'
import { largeValues } from './questions/large-values.ts'
import { manyApprovals } from './questions/many-approvals.ts'
import { oneCall } from './questions/one-call.ts'
import { runCommand } from './questions/run-command.ts'
import { scheduling } from './questions/scheduling.ts'
import { sequentialCalls } from './questions/sequential-calls.ts'
import { throughput } from './questions/throughput.ts'
import { trivialProgram } from './questions/trivial-program.ts'
import { typecheck } from './questions/typecheck.ts'
import { waitingExecutions } from './questions/waiting-executions.ts'
import { waysToWait } from './questions/ways-to-wait.ts'

/** By the name that `--only` takes. */
export const questions: Readonly<Record<string, Question>> = {
  'trivial-program': trivialProgram,
  'one-call': oneCall,
  'sequential-calls': sequentialCalls,
  'hundred-calls': hundredCalls,
  'concurrent-calls': concurrentCalls,
  'large-values': largeValues,
  throughput,
  scheduling,
  'waiting-executions': waitingExecutions,
  'many-approvals': manyApprovals,
  'ways-to-wait': waysToWait,
  'durable-commits': durableCommits,
  'http-latency': httpLatency,
  'client-tools': clientTools,
  'daemon-start': daemonStart,
  'run-command': runCommand,
  'import-time': importTime,
  typecheck,
  'idle-memory': idleMemory,
}
