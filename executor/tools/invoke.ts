/**
 * The one place where a tool is called: validation, approval, slots, time and size, and the outcome
 * that the guest sees.
 */

import { CallContext, type CallFacts } from '../../protocol/tool/call-context.ts'
import {
  interruptedCall,
  isTimeout,
  needsApproval,
  rejected,
  thrownOf,
  validInput,
  validOutput,
} from '../../protocol/tool/call-steps.ts'
import { iteratorOf } from '../../protocol/tool/iterator.ts'
import { Refused } from '../../protocol/tool/refused.ts'
import { thrownAs, thrownByHost } from '../../protocol/tool/thrown.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { withTimeout } from '../../protocol/tool/with-timeout.ts'
import {
  decodeOpening,
  encodeOrFiles,
  encodeStoring,
  mayHaveFiles,
} from '../../protocol/values/stored-files.ts'
import { PLAIN, type ThrownText } from '../../protocol/values/value-format.ts'
import { decodeValue, encodeValue } from '../../protocol/values/values.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import { isLongText } from '../boundary/lane-frames.ts'
import type { Redaction } from '../boundary/redaction.ts'
import { LongString, mostBytesOf } from '../boundary/string-reply.ts'
import type { ExecutionFiles } from '../files/execution-files.ts'
import type { CallOutcome, OpenStream, ThrownOutcome } from './call-outcome.ts'
import type { Slots } from './slots.ts'
import { unfoldedSize } from './unfolded-size.ts'

/** Bounds and services that the calls of one execution share. */
export interface CallBounds {
  readonly slots: Slots
  /** Milliseconds for tools that declare no time of their own. */
  readonly callMs: number
  readonly maxCallBytes: number
  readonly maxCallResultBytes: number
  /** Takes secrets out of all texts of a tool before they leave the host; absent: no secrets. */
  readonly redaction?: Redaction | undefined
  /** The files of the execution; absent where there is no place for files. */
  readonly files?: ExecutionFiles | undefined
  /** Registers the context of an open call, to abort it with the execution. Returns its removal. */
  readonly track: (context: CallContext) => () => void
}

/** The steps of a call on its way to the tool, as the execution implements them. */
export interface CallSteps {
  /** Counts a call whose input fits. Returns an error when the tool was called often enough. */
  readonly count: (tool: Tool) => ThrownText | undefined
  /** Resolves with a person's decision, or with the expiry of the approval. */
  readonly awaitDecision: (input: unknown, encodedInput: string) => Promise<CallApproval>
  /** Whether a person said that this tool is not to be asked about again. */
  readonly isRemembered: (tool: Tool) => boolean
  /**
   * Called last before the tool: makes durable what must be so before an effect; `undefined`:
   * nothing.
   */
  readonly leave: (tool: Tool) => Promise<void> | undefined
  /** Resolves after `waitMs`. A long wait makes the call passive. */
  readonly startWait: (waitMs: number) => Promise<void>
}

/** Calls a tool with the encoded arguments of the guest. Never rejects. */
export async function invoke(
  tool: Tool,
  encodedArgs: string,
  facts: CallFacts,
  bounds: CallBounds,
  steps: CallSteps,
): Promise<CallOutcome> {
  const context = new CallContext(facts)
  const untrack = bounds.track(context)
  let isStream = false
  try {
    // Each wait for what is here costs every call a turn of the microtasks; one lets the caller go first.
    const valid = inputOf(tool, await readArgs(encodedArgs, tool, bounds))
    let input = isPromiseLike(valid) ? await valid : valid
    const beyond = steps.count(tool)
    if (beyond !== undefined) throw new Refused(beyond)
    if (tool.answer !== undefined || tool.approvalRule !== undefined) {
      const approval = await approve(tool, input, context, steps, bounds)
      if (tool.answer !== undefined) {
        return await toValue(tool, tool.answer((approval as CallApproval).approval), bounds)
      }
      if (approval !== undefined) {
        input = await inputOf(tool, await readArgs(approval.encodedInput, tool, bounds))
      }
    }
    if (tool.waitMs !== undefined) {
      await steps.startWait(tool.waitMs(input))
      return await toValue(tool, null, bounds)
    }
    const turn = bounds.slots.take()
    if (turn !== undefined) await turn
    let value: unknown
    try {
      const committed = steps.leave(tool)
      if (committed !== undefined) await committed
      // The call may have waited for its turn until its execution had ended.
      if (context.abortReason !== undefined) throw context.abortReason
      value = tool.execute(input, context)
      if (isPromiseLike(value))
        value = await withTimeout(value, timeoutOf(tool, bounds), context, tool.timeoutReason)
    } finally {
      bounds.slots.release()
    }
    const iterator = iteratorOf(value)
    if (iterator !== undefined) {
      isStream = true
      return { kind: 'stream', stream: { tool, iterator, context, release: untrack } }
    }
    const outcome = toValue(tool, value, bounds)
    return isPromiseLike(outcome) ? await outcome : outcome
  } catch (error) {
    return thrown(tool, error, bounds)
  } finally {
    if (!isStream) untrack()
  }
}

/**
 * Waits for a person's decision when the call needs one; returns `undefined` when it needs none.
 *
 * @throws {Refused} when the person rejected the call or it expired, and the tool has no answer for
 *   it
 */
async function approve(
  tool: Tool,
  input: unknown,
  context: CallContext,
  steps: CallSteps,
  bounds: CallBounds,
): Promise<CallApproval | undefined> {
  const { answer } = tool
  if (answer === undefined) {
    if (steps.isRemembered(tool) || !(await needsApproval(tool, input, context))) return undefined
  }
  const form = tool.inputForm === 'value' ? [input] : input
  const encodedForm = await encodeStoring(form, 'input', file => placeOf(bounds).store(file))
  const decided = await steps.awaitDecision(shown(tool, input, encodedForm), encodedForm)
  const { status, reason } = decided.approval
  if (status === 'approved' || answer?.(decided.approval) !== undefined) return decided
  const refusal =
    status === 'expired'
      ? thrownByHost('APPROVAL_EXPIRED', `Nobody approved ${tool.name} in time`, tool.name)
      : rejected(tool.name, reason)
  throw new Refused({ ...refusal, ...(reason !== undefined && { details: { reason } }) })
}

/** The input for a person: files by what is known of them. */
function shown(tool: Tool, input: unknown, encodedForm: string): unknown {
  if (!mayHaveFiles(encodedForm)) return input
  const form = decodeValue(encodedForm)
  return tool.inputForm === 'value' ? (form as unknown[])[0] : form
}

function placeOf({ files }: CallBounds): ExecutionFiles {
  if (files !== undefined) return files
  const message = 'There is no place for files here'
  throw Object.assign(new TypeError(message), { code: 'VALUE_NOT_TRANSFERABLE' })
}

/**
 * Asks the tool whether a call whose answer was lost took effect. Never rejects.
 *
 * @returns `undefined` when it is known that it never ran
 */
export async function probe(
  tool: Tool,
  encodedArgs: string,
  facts: CallFacts,
  bounds: CallBounds,
): Promise<CallOutcome | undefined> {
  const context = new CallContext(facts)
  const untrack = bounds.track(context)
  try {
    const input = await inputOf(tool, await readArgs(encodedArgs, tool, bounds))
    const asked = tool.probe?.(input as never, context)
    const answer = isPromiseLike(asked)
      ? await withTimeout(
          asked as PromiseLike<unknown>,
          timeoutOf(tool, bounds),
          context,
          tool.timeoutReason,
        )
      : asked
    const { ran, value } = (answer ?? {}) as { ran?: unknown; value?: unknown }
    if (ran === false) return undefined
    if (ran === true) return await toValue(tool, value, bounds)
    return interrupted(tool)
  } catch (error) {
    // A probe that fails does not know.
    return redacted(interrupted(tool, error), bounds)
  } finally {
    untrack()
  }
}

/** The error of a call that was open when the daemon was lost. */
export function interrupted(tool: Tool, failure?: unknown): ThrownOutcome {
  const why = `The daemon was lost while ${tool.name} was called: it may have run`
  return { kind: 'thrown', thrown: interruptedCall(tool.name, why, failure) }
}

/** Takes the next item of a stream; `undefined` when there is none. Never rejects. */
export async function nextItem(
  { tool, iterator, context }: OpenStream,
  bounds: CallBounds,
): Promise<CallOutcome | undefined> {
  try {
    const next = iterator.next()
    const { done, value }: IteratorResult<unknown> = isPromiseLike(next)
      ? await withTimeout(next, timeoutOf(tool, bounds), context, tool.timeoutReason)
      : (next as IteratorResult<unknown>)
    return done ? undefined : fitting(tool, await encoded(value, 'item', bounds, tool), bounds)
  } catch (error) {
    return thrown(tool, error, bounds)
  }
}

/** Ends a stream early, so that the tool cleans up. Never rejects. */
export async function closeStream(
  { tool, iterator, context }: OpenStream,
  bounds: CallBounds,
): Promise<CallOutcome> {
  try {
    const returned = iterator.return?.()
    if (isPromiseLike(returned))
      await withTimeout(returned, timeoutOf(tool, bounds), context, tool.timeoutReason)
    return { kind: 'value', text: encodeValue(undefined) }
  } catch (error) {
    return thrown(tool, error, bounds)
  }
}

function timeoutOf(tool: Tool, bounds: CallBounds): number | 'none' {
  return tool.timeoutMs ?? bounds.callMs
}

/**
 * Arguments may be this many times as large as `maxCallBytes` when each shared part is written out
 * each time. Later readers know no shared parts.
 */
const MAX_UNFOLDING = 2
/** This much may be unfolded in any case. It takes a reader on the host a tenth of a second. */
const LEAST_UNFOLDING = 8 * 1024 * 1024

/**
 * Decodes the arguments.
 *
 * @throws {Refused} when they are larger, or nested deeper, than the host follows
 */
function decodeArgs(text: string, tool: Tool, { maxCallBytes }: CallBounds): unknown {
  try {
    const args = decodeValue(text)
    // JSON has no shared parts.
    if (text[0] === PLAIN) return args
    const most = Math.max(MAX_UNFOLDING * maxCallBytes, LEAST_UNFOLDING)
    if (unfoldedSize(args) <= most) return args
    const message = `Cannot send the arguments of ${tool.name}: written out without shared references and holes of lists they are more than ${most} bytes`
    throw new Refused(thrownAs('RangeError', 'LIMIT_EXCEEDED', message, tool.name))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `Cannot send the arguments of ${tool.name}: they are nested too deeply`
    throw new Refused(thrownAs('TypeError', 'VALUE_NOT_TRANSFERABLE', message, tool.name))
  }
}

/** As {@link decodeArgs}, with the files of the arguments opened for the tool. */
function readArgs(text: string, tool: Tool, bounds: CallBounds): unknown | Promise<unknown> {
  const args = decodeArgs(text, tool, bounds)
  if (!mayHaveFiles(text)) return args
  const files = placeOf(bounds)
  return decodeOpening(text, file => (tool.isOfClient ? files.refer(file) : files.open(file)))
}

/** Decoded arguments as the tool takes them. */
function inputOf(tool: Tool, args: unknown): unknown | Promise<unknown> {
  return validInput(tool, tool.inputForm === 'value' ? (args as unknown[])[0] : args)
}

function toValue(
  tool: Tool,
  value: unknown,
  bounds: CallBounds,
): CallOutcome | Promise<CallOutcome> {
  if (tool.validateOutput !== undefined) return toValidValue(tool, value, bounds)
  const text = encoded(value, 'result', bounds, tool)
  if (text instanceof Promise) return text.then(whole => fitting(tool, whole, bounds))
  return fitting(tool, text, bounds)
}

async function toValidValue(tool: Tool, value: unknown, bounds: CallBounds): Promise<CallOutcome> {
  const valid = await validOutput(tool, value)
  return fitting(tool, await encoded(valid, 'result', bounds, tool), bounds)
}

function fitting(
  tool: Tool,
  text: string | LongString,
  { maxCallResultBytes }: CallBounds,
): CallOutcome {
  // The exact count is only needed near the limit.
  const size = mostBytesOf(text) > maxCallResultBytes ? bytesOf(text) - PLAIN.length : 0
  if (size <= maxCallResultBytes) return { kind: 'value', text }
  const message = `Cannot take the result of ${tool.name}: ${size} bytes, limit maxCallResultBytes ${maxCallResultBytes}`
  return { kind: 'thrown', thrown: thrownAs('RangeError', 'LIMIT_EXCEEDED', message, tool.name) }
}

function thrown(tool: Tool, error: unknown, bounds: CallBounds): CallOutcome {
  return redacted(outcomeOf(tool, error, bounds), bounds)
}

function outcomeOf(tool: Tool, error: unknown, { redaction }: CallBounds): ThrownOutcome {
  const redact = redaction && ((text: string) => redaction.text(text))
  const thrown = thrownOf(error, tool.name, redact)
  return { kind: 'thrown', ...(isTimeout(error) && { isTimeout: true }), thrown }
}

/** A thrown error without secrets. */
function redacted(outcome: ThrownOutcome, { redaction }: CallBounds): CallOutcome {
  if (redaction === undefined) return outcome
  return { ...outcome, thrown: redaction.value(outcome.thrown) as ThrownText }
}

const bytesOf = (text: string | LongString): number =>
  typeof text === 'string' ? Buffer.byteLength(text) : text.bytes

/** A value of a tool as the guest reads it, without secrets, its files stored. */
function encoded(
  value: unknown,
  root: string,
  bounds: CallBounds,
  tool: Tool,
): string | LongString | Promise<string> {
  if (typeof value === 'string' && isLongText(value)) {
    const long = new LongString(value)
    if (bounds.redaction?.isIn(long.text) !== true) return long
  }
  const text = encodeOrFiles(value, root)
  if (typeof text === 'string') return withoutSecrets(text, root, bounds, tool)
  const stored = encodeStoring(value, root, file => placeOf(bounds).store(file))
  return stored.then(whole => withoutSecrets(whole, root, bounds, tool))
}

function withoutSecrets(
  text: string,
  root: string,
  { redaction }: CallBounds,
  { name }: Tool,
): string {
  if (redaction?.isIn(text) !== true) return text
  // A decoded value consists of parts that can cross.
  const left = encodeValue(redaction.value(decodeValue(text)), root)
  if (!redaction.isIn(left)) return left
  const message = `Cannot take the ${root} of ${name}: a secret stands in it where none can be taken out`
  throw new Refused(thrownAs('Error', 'TOOL_ERROR', message, name))
}

function isPromiseLike(value: unknown): value is PromiseLike<never> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}
