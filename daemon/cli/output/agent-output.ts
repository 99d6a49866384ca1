/**
 * The output of `latchd agent`: the steps go to stderr as they happen, the answer alone to stdout.
 */

import { inspect } from 'node:util'
import type { Approval } from '../../../protocol/approval.ts'
import type {
  ActionStarted,
  ActionStep,
  AgentEvent,
  AgentResult,
} from '../../../sdk/agents/index.ts'
import { escapeControls } from '../../base/escape-controls.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import { highlight } from './highlight.ts'
import { isColoured, print } from './print.ts'
import { RunOutput } from './run-output.ts'
import { startSpinner } from './spinner.ts'

/** Longest printed line of a step's result; the model gets all of it. */
const MAX_LINE = 200

/** Writes the steps of an agent to stderr, with a spinner in between. */
export class AgentOutput {
  readonly #terminal: Terminal
  readonly #isColoured: boolean
  /** Completes `latchd approve ID`; `undefined` when approvals are decided here. */
  readonly #flags: string | undefined
  readonly #spinner: { clear(): void; stop(): void }
  /** Of the program that runs. */
  #running: RunOutput | undefined

  /** @param flags what `latchd approve ID` has to be followed by; absent: approvals are decided here */
  constructor(terminal: Terminal, flags?: string) {
    const { env, stderr } = terminal
    this.#terminal = terminal
    this.#isColoured = isColoured(stderr, env)
    this.#flags = flags
    this.#spinner = startSpinner(stderr, () => (this.#running ? undefined : 'thinking'))
  }

  show(event: AgentEvent): void {
    switch (event.type) {
      case 'model-delta':
        return
      case 'model-restarted':
        this.#write(`The reply broke off, it is asked for again: ${event.reason}`)
        return
      case 'planning-step':
        this.#write(`Plan:\n${event.reply.trim()}\n`)
        return
      case 'action-started':
        this.#begin(event)
        return
      case 'execution-event':
        this.#running?.show(event.event)
        return
      case 'action-step':
        this.#end(event)
        return
      case 'final-answer':
        return
      default:
        event satisfies never
    }
  }

  #begin(event: ActionStarted): void {
    const { number, thought } = event
    this.#write(`Step ${number}${thought === '' ? '' : `: ${thought}`}`)
    if (event.action === 'program') this.#program(event.source)
    else for (const call of event.calls) this.#write(`  │ ${call.name}(${call.argumentsText})`)
    // Kept from stdout, which is for the answer.
    this.#running = new RunOutput(this.#terminal, true, this.#flags)
  }

  /** Written as it is, since `print` would escape the colours; what could steer is escaped before. */
  #program(source: string): void {
    this.#spinner.clear()
    const { stderr } = this.#terminal
    const text = source.trim()
    const shown = stderr.isTTY ? escapeControls(text) : text
    const lines = this.#isColoured ? highlight(shown) : shown
    stderr.write(`${lines.replace(/^/gm, '  │ ')}\n`)
  }

  #end(step: ActionStep): void {
    this.#running?.stop()
    this.#running = undefined
    for (const line of gist(step)) this.#write(`  ${line}`)
  }

  #write(text: string): void {
    this.#spinner.clear()
    print(this.#terminal.stderr, text)
  }

  /** Shows the question to a person, and prints nothing else until the answer. */
  asking<T>(approval: Approval, ask: () => Promise<T>): Promise<T> {
    return this.#running === undefined ? ask() : this.#running.asking(approval, ask)
  }

  /** Prints the cost of the run, and whether the step limit forced its answer. */
  end({ state, steps, usage, durationMs }: AgentResult): void {
    this.stop()
    const taken = steps.filter(({ type }) => type === 'action-step').length
    if (state === 'max-steps') {
      print(this.#terminal.stderr, `The limit of ${count(taken, 'step')} was reached; it answers:`)
    }
    const tokens = usage.inputTokens + usage.outputTokens
    print(
      this.#terminal.stderr,
      `${count(taken, 'step')}, ${count(usage.modelCalls, 'model call')}, ${count(tokens, 'token')}, ${(durationMs / 1000).toFixed(1)} s`,
    )
  }

  /** Stops all output. */
  stop(): void {
    this.#running?.stop()
    this.#spinner.stop()
  }
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

/** A step's results, a line for each; none for the final answer, which is printed later. */
function gist(step: ActionStep): string[] {
  if (step.action === 'tool-calls') {
    return step.calls
      .filter(({ name }) => name !== 'final_answer')
      .map(({ name, answer }) => short(`→ ${name}: ${answer}`))
  }
  if (step.isFinalAnswer) return []
  if (step.action === 'none') return [short(`→ ${step.observation}`)]
  if (step.error !== undefined) return [short(`→ ${step.error.name}: ${step.error.message}`)]
  // An unaccepted final answer is marked at the end of the observation.
  const [unaccepted] = /^The final answer was not accepted: .*$/m.exec(step.observation) ?? []
  const output = step.output === undefined ? [] : [short(`→ ${inspect(step.output)}`)]
  return unaccepted === undefined ? output : [...output, short(`→ ${unaccepted}`)]
}

function short(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line
}
