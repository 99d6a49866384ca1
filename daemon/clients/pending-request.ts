/** One request to a client, from its creation to its answer. */

import { errorText } from '../../protocol/base/error-text.ts'
import type { AskFrame, Settlement } from '../../protocol/connect/connect.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { Refused } from '../../protocol/tool/refused.ts'
import { thrownAs, thrownByHost } from '../../protocol/tool/thrown.ts'
import { decodeValue } from '../../protocol/values/values.ts'

/**
 * `waiting`: to be sent as soon as the client is there and has room. `sent`: on its way, or lost.
 * `held`: the client has acknowledged it.
 */
export type AskPhase = 'waiting' | 'sent' | 'held'

/** A request to a client that has no answer yet. */
export interface PendingRequest {
  /** The frame as first sent; `isRepeat` is set at each sending. */
  readonly frame: AskFrame
  readonly executionId: string
  readonly settled: PromiseWithResolvers<Settlement>
  readonly onProgress: (progress: unknown) => void
  /** When the request times out, by `performance.now()`; `undefined`: its caller bounds it. */
  readonly deadlineMs: number | undefined
  phase: AskPhase
  /** When it was last sent. */
  sentAtMs: number
  /** Since when no client has it. */
  awaySinceMs: number
  /** Whether it was ever sent. */
  wasSent: boolean
  /** Whether an earlier process of the client may have begun it. */
  isRepeat: boolean
}

/** The value of a settlement. @throws {Refused} the error of a settlement that has one */
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
    const reason = errorText(error)
    const message = `Cannot read what the client of ${tool} answered: ${reason}`
    throw new Refused(thrownAs('Error', 'TOOL_OUTPUT_INVALID', message, tool))
  }
}

/** The error of a call whose client did not come back in time. */
export function unavailable(tool: string, awayMs: number): Refused {
  const message = `The client that runs ${tool} is away: nobody took the call for ${awayMs} ms`
  const hint = 'Go on without this tool, or try it again later.'
  return new Refused(thrownByHost('TOOL_UNAVAILABLE', message, tool, hint))
}

/** The error of a request that its client has taken and did not answer in time. */
export function timedOut(tool: string): LatchdError {
  return new LatchdError('TOOL_TIMEOUT', `The client that runs ${tool} did not answer in time`)
}
