/**
 * The memory of an agent: apps read it, the model gets its messages, and it can be saved and
 * loaded.
 */

import { LatchdError } from '../../protocol/errors.ts'
import { decodeValue, encodeValue } from '../../protocol/values/values.ts'
import type { ModelMessage } from './model.ts'
import type { ActionStep, AgentStep } from './step.ts'
import { messagesOf } from './step-messages.ts'

/** A memory as JSON. */
export interface SavedMemory {
  readonly format: typeof FORMAT
  /** The session that holds what the programs have defined, while it lasts. */
  readonly sessionId?: string
  readonly steps: readonly SavedStep[]
}

/** Outputs are written by the codec of values, so that a Map is one again. */
type SavedStep = Omit<AgentStep, 'output' | 'images'> & { readonly encodedOutput?: string }

/** Changes when the shape of a saved memory does. */
const FORMAT = 'latchd-agent-memory-1'

/** The steps of an agent, and the session in which its programs run. */
export class AgentMemory {
  #steps: AgentStep[] = []
  /** The session that the next run with `reset: false` goes on in. */
  sessionId: string | undefined

  /**
   * Reads a memory that was saved.
   *
   * @throws {LatchdError} `INVALID_REQUEST` for another value
   */
  static from(saved: SavedMemory): AgentMemory {
    if (saved?.format !== FORMAT || !Array.isArray(saved.steps)) {
      const message = `Cannot read an agent's memory: its format is ${String(saved?.format)}, ${FORMAT} is expected`
      throw new LatchdError('INVALID_REQUEST', message)
    }
    const memory = new AgentMemory()
    memory.sessionId = saved.sessionId
    memory.#steps = saved.steps.map(({ encodedOutput, ...step }) => {
      if (encodedOutput === undefined) return step as AgentStep
      return { ...step, output: decodeValue(encodedOutput) } as AgentStep
    })
    return memory
  }

  /** Oldest first. */
  get steps(): readonly AgentStep[] {
    return this.#steps
  }

  append(step: AgentStep): void {
    this.#steps.push(step)
  }

  clear(): void {
    this.#steps = []
    this.sessionId = undefined
  }

  /** The steps as messages for the model. */
  messages(): ModelMessage[] {
    return messagesOf(this.#steps)
  }

  /** For `JSON.stringify`; read again by {@link from}. */
  toJSON(): SavedMemory {
    const steps = this.#steps.map((step): SavedStep => {
      // What the model saw is larger than all that it read.
      const { images, ...kept } = step as ActionStep
      if (!('output' in kept)) return kept
      const { output, ...rest } = kept
      return { ...rest, encodedOutput: encodeOutput(output) }
    })
    const { sessionId } = this
    return { format: FORMAT, ...(sessionId !== undefined && { sessionId }), steps }
  }
}

function encodeOutput(output: unknown): string {
  try {
    return encodeValue(output, 'output')
  } catch {
    // A tool of this process has returned a value that cannot cross, such as a function: its text
    // must do.
    return encodeValue(String(output))
  }
}
