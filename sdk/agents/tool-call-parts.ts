/** Joins the parts of tool calls, which arrive in turns. */

import type { ModelToolCall } from './model.ts'

/** A part of a call, as Chat Completions sends it. */
export interface ToolCallPart {
  readonly index?: number
  readonly id?: string
  readonly function?: { readonly name?: string; readonly arguments?: string }
}

interface Collected {
  readonly index: number
  readonly id: string | undefined
  name: string
  text: string
}

/** Collects the parts of the calls of one reply. */
export class ToolCallParts {
  readonly #calls: Collected[] = []

  add({ index, id, function: called }: ToolCallPart): void {
    const at = index ?? this.#calls.length - 1
    let call = this.#calls.findLast(one => one.index === at)
    // Some services send whole calls under one index: another id is another call.
    if (call === undefined || (id && call.id !== undefined && call.id !== id)) {
      call = { index: Math.max(at, 0), id: id || undefined, name: '', text: '' }
      this.#calls.push(call)
    }
    call.name += called?.name ?? ''
    call.text += called?.arguments ?? ''
  }

  /** The calls in order. A call without an id from the service gets one from us. */
  whole(): ModelToolCall[] {
    return this.#calls.map(({ id, name, text }) => ({
      callId: id ?? `call_${crypto.randomUUID()}`,
      name,
      argumentsText: text,
    }))
  }
}
