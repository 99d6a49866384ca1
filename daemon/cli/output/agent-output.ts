/** What `latchd agent` writes: the steps on stderr as they come, the answer alone on stdout. */

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

/** Longest line of what a step gave: the model is told the rest. */
const MAX_LINE = 200

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
        this.#tell(`The reply broke off, it is asked for again: ${event.reason}`)
        return
      case 'planning-step':
        this.#tell(`Plan:\n${event.reply.trim()}\n`)
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
    this.#tell(`Step ${number}${thought === '' ? '' : `: ${thought}`}`)
    if (event.action === 'program') this.#program(event.source)
    else for (const call of event.calls) this.#tell(`  │ ${call.name}(${call.argumentsText})`)
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
    for (const line of gist(step)) this.#tell(`  ${line}`)
  }

  #tell(text: string): void {
    this.#spinner.clear()
    print(this.#terminal.stderr, text)
  }

  /** Shows what a person is asked, and keeps quiet while the person thinks. */
  asking<T>(approval: Approval, ask: () => Promise<T>): Promise<T> {
    return this.#running === undefined ? ask() : this.#running.asking(approval, ask)
  }

  /** Tells what the run has cost, and that it was made to answer. */
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

  /** Shows nothing any more. */
  stop(): void {
    this.#running?.stop()
    this.#spinner.stop()
  }
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

/** How a step went, in a line for each thing that it gave; nothing for the answer, which follows. */
function gist(step: ActionStep): string[] {
  if (step.action === 'tool-calls') {
    return step.calls
      .filter(({ name }) => name !== 'final_answer')
      .map(({ name, answer }) => short(`→ ${name}: ${answer}`))
  }
  if (step.isFinalAnswer) return []
  if (step.action === 'none') return [short(`→ ${step.observation}`)]
  if (step.error !== undefined) return [short(`→ ${step.error.name}: ${step.error.message}`)]
  // A final answer that was not accepted says so at its end.
  const [unaccepted] = /^The final answer was not accepted: .*$/m.exec(step.observation) ?? []
  const output = step.output === undefined ? [] : [short(`→ ${inspect(step.output)}`)]
  return unaccepted === undefined ? output : [...output, short(`→ ${unaccepted}`)]
}

function short(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line
}
