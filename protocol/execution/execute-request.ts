/** An app's request to run a program. An editor shows the comment of each field. */

import type { Approval, Decision } from '../approval.ts'
import type { ToolSet } from '../tool/tool-set.ts'
import type { ExecuteBodyInput, Language, RequestedLimits, Typecheck } from './execution.ts'

/** Answers an approval. Without a return value the call goes on waiting for another decision. */
export type OnApproval = (
  approval: Approval,
) => Decision | undefined | Promise<Decision | undefined>

/** A program to execute, and how. */
export interface ExecuteRequest {
  /**
   * The program: a script body in JavaScript or TypeScript. Its output is the value of a top-level
   * `return` or of `final_answer(…)`, else of the last statement.
   */
  readonly source: string
  /** `'javascript'` by default; of `'typescript'` the types are stripped. */
  readonly language?: Language | undefined
  /**
   * IANA name of the zone of the program's local times, as `'Europe/Berlin'`; UTC by default. Kept
   * for replay.
   */
  readonly timeZone?: string | undefined
  /**
   * Checks the program against the declarations of its tools before it runs. `'warn'` reports
   * findings in `diagnostics`; `'error'` does not run a program with findings. `'off'` by default.
   */
  readonly typecheck?: Typecheck | undefined
  /** The tools that the guest sees; all of the executor when absent. */
  readonly tools?: ToolSet
  /** Values that the guest finds in `inputs` and as globals; exact kinds (Map, Date …) cross. */
  readonly inputs?: Readonly<Record<string, unknown>>
  /** Runs in this session, with the globals of its earlier programs. */
  readonly sessionId?: string | undefined
  /** Waits for its turn in a busy session, instead of being refused with `SESSION_BUSY`. */
  readonly queue?: boolean | undefined
  /** Lowers or raises limits, each up to its ceiling; those left out have their defaults. */
  readonly limits?: RequestedLimits | undefined
  /** On disk before it is answered, so that it survives the daemon. */
  readonly durable?: boolean | undefined
  /** Where the daemon posts `approval-requested` and `execution-ended`. */
  readonly webhook?: { readonly url: string } | undefined
  /** Kept with the execution, and handed to tools as `context.metadata`: plain JSON. */
  readonly metadata?: Record<string, unknown> | undefined
  /** Answers the approvals of this execution; when it throws, the approval stays pending. */
  readonly onApproval?: OnApproval
  /**
   * Sent to a daemon as `Idempotency-Key`: the same key and request give the same execution, so
   * that a request can be sent again after its answer was lost. An executor in this process refuses
   * it.
   */
  readonly idempotencyKey?: string
  /** Cancels the execution when aborted. */
  readonly signal?: AbortSignal
  /** Milliseconds after which this resolves with the execution as it stands. */
  readonly waitMs?: number
}

/** How long to wait for an existing execution. */
export type WaitOptions = Pick<ExecuteRequest, 'waitMs' | 'signal'>

/** Fields of the body that an app does not write: the client makes them of `tools` and `inputs`. */
type MadeByClient = 'tools' | 'inputs' | 'clientTools' | 'encodedInputs' | 'waitMs'
type BodyField = Exclude<keyof ExecuteBodyInput, MadeByClient>

/** Does not compile when a field of the body is missing above, or of another type. */
type AllFields =
  Pick<ExecuteRequest, BodyField> extends Pick<ExecuteBodyInput, BodyField>
    ? Pick<ExecuteBodyInput, BodyField> extends Pick<ExecuteRequest, BodyField>
      ? true
      : never
    : never
true satisfies AllFields
