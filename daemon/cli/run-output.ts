/** What `latchd run` writes while a program runs and when it has ended. */

import type { ExecutionEvent } from '../../protocol/events.ts'
import type { EndedExecution, LogLine } from '../../protocol/execution.ts'
import { toOutcome } from '../../protocol/outcome.ts'
import { failureText } from './guest-failure.ts'
import { print } from './print.ts'
import { startSpinner } from './spinner.ts'
import type { Terminal } from './terminal.ts'

export class RunOutput {
  readonly #terminal: Terminal
  readonly #isJson: boolean
  /** Tools that are waited for, by call. */
  readonly #waiting = new Map<string, string>()
  readonly #spinner: { clear(): void; stop(): void }

  /** @param isJson keeps stdout for the ended execution as JSON; console lines go to stderr */
  constructor(terminal: Terminal, isJson: boolean) {
    this.#terminal = terminal
    this.#isJson = isJson
    this.#spinner = startSpinner(terminal.stderr, () => this.#state())
  }

  #state(): string {
    const names = [...new Set(this.#waiting.values())]
    return names.length === 0 ? 'running' : `waiting for ${names.join(', ')}`
  }

  /** Shows an event. */
  show(event: ExecutionEvent): void {
    switch (event.type) {
      case 'log-written':
        this.#spinner.clear()
        this.#log(event.log)
        return
      case 'call-started':
        this.#waiting.set(event.call.callId, event.call.tool)
        return
      case 'call-completed':
        this.#waiting.delete(event.call.callId)
        return
      case 'execution-started':
      case 'call-progressed':
      case 'execution-ended':
        return
      default:
        event satisfies never
    }
  }

  #log({ level, text }: LogLine): void {
    const { stdout, stderr } = this.#terminal
    const isProblem = level === 'warn' || level === 'error'
    print(this.#isJson || isProblem ? stderr : stdout, text)
  }

  /** Shows how the execution ended. */
  end(execution: EndedExecution): void {
    this.stop()
    const { stdout, stderr } = this.#terminal
    if (this.#isJson) print(stdout, JSON.stringify(execution, null, 2))
    else if (execution.status !== 'completed') print(stderr, failureText(execution.error))
    else if (toOutcome(execution).output !== undefined) print(stdout, execution.output.text)
  }

  /** Shows nothing any more. */
  stop(): void {
    this.#spinner.stop()
  }
}
