/** `latchd/executor`: the engine in your own process. */

export { LatchdError } from '../protocol/errors.ts'
export type {
  ExecuteRequest,
  Executor,
  Outcome,
  RunResult,
  ToolLike,
  ToolSet,
} from '../protocol/execution/executor.ts'
export {
  createExecutor,
  type EmbeddedExecutor,
  type ExecutorOptions,
} from './embedded/create-executor.ts'
