/** Runs a program for an agent, with its events when they are read. */

import { LatchdError } from '../../protocol/errors.ts'
import type { ExecuteRequest, Executor, Outcome } from '../../protocol/execution/executor.ts'
import { outcomeError, toOutcome } from '../../protocol/execution/outcome.ts'
import type { AgentEvent } from './agent-event.ts'
import type { AgentRun } from './agent-run.ts'

/** An executor, or a session of one. */
export type ProgramRunner = Pick<Executor, 'execute' | 'stream' | 'files'>

/**
 * Runs a program to its end. Its failure is an outcome. A cancellation or a stuck execution is
 * thrown, since the model cannot act on either.
 *
 * @throws the reason of the run's signal; the executor's refusal; {@link LatchdError} with the code
 *   of the execution
 */
export async function* runProgram(
  runner: ProgramRunner,
  request: ExecuteRequest,
  run: AgentRun,
  number: number,
): AsyncGenerator<AgentEvent, Outcome, undefined> {
  try {
    const outcome = run.isStreamed
      ? yield* streamed(runner, request, run, number)
      : await runner.execute(request)
    run.signal.throwIfAborted()
    if (outcome.status === 'cancelled' || outcome.status === 'stuck') throw outcomeError(outcome)
    return outcome
  } catch (error) {
    run.signal.throwIfAborted()
    throw error
  }
}

/** Leaving it cancels the program, and waits for its end: until then its session is not free. */
async function* streamed(
  runner: ProgramRunner,
  request: ExecuteRequest,
  { signal }: AgentRun,
  number: number,
): AsyncGenerator<AgentEvent, Outcome, undefined> {
  const left = new AbortController()
  const abortable = { ...request, signal: AbortSignal.any([signal, left.signal]) }
  const events = runner.stream(abortable)[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const next = await events.next().catch(error => {
        isOver = true
        throw error
      })
      if (next.done) throw endless()
      const event = next.value
      isOver = event.type === 'execution-ended' || event.type === 'execution-stuck'
      yield { type: 'execution-event', number, event }
      if (event.type === 'execution-ended') {
        return toOutcome(event.execution, fileId => runner.files.download(fileId))
      }
      if (event.type === 'execution-stuck') {
        const { code, message } = event.error
        throw new LatchdError(code, message, { cause: event.error })
      }
    }
  } finally {
    left.abort()
    if (!isOver) await drain(events)
  }
}

function endless(): LatchdError {
  return new LatchdError('CONNECTION_LOST', 'The events of the program ended before it did')
}

async function drain(events: AsyncIterator<unknown>): Promise<void> {
  try {
    while (!(await events.next()).done);
  } catch {
    // A reader that has left does not wait for the end.
  }
}
