/** The questions, in the order in which they are asked. */

import type { Question } from './question.ts'

/**
 * By the name that `--only` takes. Each is loaded when it is asked, so that one which needs what another
 * commit has not leaves the others as they are.
 */
export const questions: Readonly<Record<string, () => Promise<Question>>> = {
  'trivial-program': async () => (await import('./questions/trivial-program.ts')).trivialProgram,
  'one-call': async () => (await import('./questions/one-call.ts')).oneCall,
  'sequential-calls': async () => (await import('./questions/sequential-calls.ts')).sequentialCalls,
  'hundred-calls': async () => (await import('./questions/hundred-calls.ts')).hundredCalls,
  'concurrent-calls': async () => (await import('./questions/concurrent-calls.ts')).concurrentCalls,
  'large-values': async () => (await import('./questions/large-values.ts')).largeValues,
  'door-cost': async () => (await import('./questions/door-cost.ts')).doorCost,
  'engine-builds': async () => (await import('./questions/engine-builds.ts')).engineBuilds,
  'python-programs': async () => (await import('./questions/python-programs.ts')).pythonPrograms,
  'python-daemon': async () => (await import('./questions/python-daemon.ts')).pythonDaemon,
  throughput: async () => (await import('./questions/throughput.ts')).throughput,
  scheduling: async () => (await import('./questions/scheduling.ts')).scheduling,
  'waiting-executions': async () =>
    (await import('./questions/waiting-executions.ts')).waitingExecutions,
  'many-approvals': async () => (await import('./questions/many-approvals.ts')).manyApprovals,
  'ways-to-wait': async () => (await import('./questions/ways-to-wait.ts')).waysToWait,
  'durable-commits': async () => (await import('./questions/durable-commits.ts')).durableCommits,
  'durable-throughput': async () =>
    (await import('./questions/durable-throughput.ts')).durableThroughput,
  'http-latency': async () => (await import('./questions/http-latency.ts')).httpLatency,
  'client-tools': async () => (await import('./questions/client-tools.ts')).clientTools,
  'mcp-calls': async () => (await import('./questions/mcp-calls.ts')).mcpCalls,
  'tool-search': async () => (await import('./questions/tool-search.ts')).toolSearch,
  'daemon-start': async () => (await import('./questions/daemon-start.ts')).daemonStart,
  'cold-daemon': async () => (await import('./questions/cold-daemon.ts')).coldDaemon,
  'run-command': async () => (await import('./questions/run-command.ts')).runCommand,
  'import-time': async () => (await import('./questions/import-time.ts')).importTime,
  typecheck: async () => (await import('./questions/typecheck.ts')).typecheck,
  'idle-memory': async () => (await import('./questions/idle-memory.ts')).idleMemory,
}
