/** The output of `latchd run`. */

import type { Approval } from '../../../protocol/approval.ts'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import type { Diagnostic, Execution, LogLine } from '../../../protocol/execution/execution.ts'
import { toOutcome } from '../../../protocol/execution/outcome.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import { askedText, decidedText, isQuestion } from './approval-text.ts'
import { failureText } from './guest-failure.ts'
import { print } from './print.ts'
import { startSpinner } from './spinner.ts'

/** Writes what happens in one execution: console lines, approvals, its end. */
export class RunOutput {
  readonly #terminal: Terminal
  readonly #isJson: boolean
  /** Completes `latchd approve ID`; `undefined` when approvals are decided here. */
  readonly #flags: string | undefined
  /** The tools of pending calls, by call. */
  readonly #waiting = new Map<string, string>()
  readonly #spinner: { clear(): void; stop(): void }
  /** Whether a person is answering a question, and so nothing is printed. */
  #isAsking = false

  /**
   * @param isJson keeps stdout for the ended execution as JSON; console lines go to stderr
   * @param flags the flags after `latchd approve ID`; absent: approvals are decided here
   */
  constructor(terminal: Terminal, isJson: boolean, flags?: string) {
    this.#terminal = terminal
    this.#isJson = isJson
    this.#flags = flags
    this.#spinner = startSpinner(terminal.stderr, () => this.#state())
  }

  #state(): string | undefined {
    if (this.#isAsking) return undefined
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
      case 'approval-requested':
        // The question is shown when its turn comes, and only where a person can answer it.
        if (this.#flags !== undefined) this.#asked(event.approval, this.#flags)
        return
      case 'approval-decided':
        this.#spinner.clear()
        print(this.#terminal.stderr, `${event.approval.tool} ${decidedText(event.approval)}`)
        return
      case 'file-emitted':
        this.#spinner.clear()
        print(this.#terminal.stderr, `file ${event.file.name} (${event.file.size} bytes)`)
        return
      case 'execution-started':
        this.#warn(event.diagnostics ?? [])
        return
      case 'execution-parked':
      case 'execution-resumed':
      case 'execution-stuck':
      case 'call-progressed':
      case 'execution-ended':
        return
      default:
        event satisfies never
    }
  }

  /** Prints the findings of the type check of a program that runs all the same. */
  #warn(diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length > 0) this.#spinner.clear()
    for (const { line, column, code, message } of diagnostics) {
      print(this.#terminal.stderr, `${line}:${column} ${code}: ${message}`)
    }
  }

  #asked(approval: Approval, flags: string): void {
    this.#spinner.clear()
    const { stderr } = this.#terminal
    const { approvalId } = approval
    print(stderr, `Waits for approval: ${askedText(approval)}`)
    const answer = isQuestion(approval) ? ' --answer TEXT' : ''
    print(stderr, `  latchd approve ${approvalId}${answer}${flags}`)
    print(stderr, `  latchd reject ${approvalId}${flags}`)
  }

  /** Shows the question to a person, and prints nothing else until the answer. */
  async asking<T>(approval: Approval, ask: () => Promise<T>): Promise<T> {
    this.#spinner.clear()
    print(this.#terminal.stderr, `Waits for approval: ${askedText(approval)}`)
    this.#isAsking = true
    return await ask().finally(() => {
      this.#isAsking = false
    })
  }

  #log({ level, text }: LogLine): void {
    const { stdout, stderr } = this.#terminal
    const isProblem = level === 'warn' || level === 'error'
    print(this.#isJson || isProblem ? stderr : stdout, text)
  }

  /** Shows how the execution ended, or that it is stuck. */
  end(execution: Execution): void {
    this.stop()
    const { stdout, stderr } = this.#terminal
    if (this.#isJson) print(stdout, JSON.stringify(execution, null, 2))
    else if ('error' in execution) print(stderr, failureText(execution.error))
    if (execution.status === 'stuck') {
      const { executionId } = execution
      const flags = this.#flags ?? ''
      print(stderr, `It is stuck; when it can go on: latchd retry ${executionId}${flags}`)
    }
    if (this.#isJson || execution.status !== 'completed') return
    if (toOutcome(execution, unread).output !== undefined) print(stdout, execution.output.text)
  }

  /** Stops all output. */
  stop(): void {
    this.#spinner.stop()
  }
}

/** What is printed of a file is in its text form already. */
const unread = (fileId: string) => Promise.reject(new Error(`${fileId} is not read here`))
