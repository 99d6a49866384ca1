/** One thing that the daemon has asked of a client, from the asking to the answer. */

import { Refused } from '../../executor/tools/refused.ts'
import type { AskFrame, Settlement } from '../../protocol/connect/connect.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { thrownAs, thrownByHost } from '../../protocol/tool/thrown.ts'
import { decodeValue } from '../../protocol/values/values.ts'

/**
 * `waiting`: to be sent as soon as the client is there and has room. `sent`: on its way, or lost.
 * `held`: the client has said that it has it.
 */
export type AskPhase = 'waiting' | 'sent' | 'held'

export interface PendingRequest {
  /** As it was asked first; whether it is a repeat is said when it is sent. */
  readonly frame: AskFrame
  readonly executionId: string
  readonly settled: PromiseWithResolvers<Settlement>
  readonly onProgress: (progress: unknown) => void
  /** When the client is not waited for any more, by `performance.now()`; `undefined`: its caller says. */
  readonly deadlineMs: number | undefined
  phase: AskPhase
  /** When it was last sent. */
  sentAtMs: number
  /** Since when no client has it. */
  awaySinceMs: number
  /** Whether it was ever sent. */
  wasSent: boolean
  /** Whether a process of the client may have begun it before the one that gets it next. */
  isRepeat: boolean
}

/** What a settlement gives. @throws {Refused} what it throws */
export function settledValue(settlement: Settlement, tool: string): unknown {
  switch (settlement.kind) {
    case 'value':
      return decode(settlement.value, tool)
    case 'thrown':
      throw new Refused(settlement.thrown as Refused['thrown'])
    case 'stream':
    case 'end':
      return undefined
    default:
      return settlement satisfies never
  }
}

function decode(text: string, tool: string): unknown {
  try {
    return decodeValue(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `Cannot read what the client of ${tool} answered: ${reason}`
    throw new Refused(thrownAs('Error', 'TOOL_OUTPUT_INVALID', message, tool))
  }
}

/** What a call throws whose client did not come back in time. */
export function unavailable(tool: string, awayMs: number): Refused {
  const message = `The client that runs ${tool} is away: nobody took the call for ${awayMs} ms`
  const hint = 'Go on without this tool, or try it again later.'
  return new Refused(thrownByHost('TOOL_UNAVAILABLE', message, tool, hint))
}

/** What an ask throws that its client has and did not answer in time. */
export function late(tool: string): LatchdError {
  return new LatchdError('TOOL_TIMEOUT', `The client that runs ${tool} did not answer in time`)
}
