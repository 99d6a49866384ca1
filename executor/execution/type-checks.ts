/** The type check of one execution: before it runs, and to explain a failure. */

import type { Diagnostic, ExecutionError } from '../../protocol/execution/execution.ts'
import type { GuestReport } from '../boundary/messages.ts'
import { checkSkipped } from '../typecheck/check-skipped.ts'
import { explainFailure, isExplicable } from '../typecheck/explain-failure.ts'
import type { CheckRequest, TypeChecker } from '../typecheck/type-checker.ts'
import { typeErrorOf } from '../typecheck/type-error.ts'
import type { ExecutionPlan } from './execution-plan.ts'

/** Checks the program of one plan. */
export class TypeChecks {
  #plan: ExecutionPlan
  #checker: TypeChecker | undefined
  #left: AbortSignal

  /** @param left aborted when the execution no longer waits for findings */
  constructor(plan: ExecutionPlan, checker: TypeChecker | undefined, left: AbortSignal) {
    this.#plan = plan
    // The checker knows JavaScript and TypeScript only.
    this.#checker = plan.language === 'python' ? undefined : checker
    this.#left = left
  }

  /**
   * Checks the program before it runs; an execution that is to leave meanwhile has no findings.
   *
   * @param hasHistory whether an earlier program may have left globals that the check does not know
   */
  async diagnose(hasHistory: boolean): Promise<readonly Diagnostic[]> {
    const checked = this.#checker?.check(this.#request(hasHistory))
    const stopped = Promise.withResolvers<readonly []>()
    const onLeave = () => stopped.resolve([])
    this.#left.addEventListener('abort', onLeave)
    try {
      return await Promise.race([
        checked ?? checkSkipped('there is no checker for this language'),
        stopped.promise,
      ])
    } finally {
      this.#left.removeEventListener('abort', onLeave)
    }
  }

  /** The finding for which a program does not run where `typecheck` is `error`. */
  refusal(diagnostics: readonly Diagnostic[]): ExecutionError | undefined {
    return this.#plan.typecheck === 'error'
      ? typeErrorOf(diagnostics, this.#plan.source)
      : undefined
  }

  /**
   * The report of a run, with the type check's explanation of its failure.
   *
   * @param hasCalled whether a tool was called
   */
  async explained(
    report: GuestReport,
    hasCalled: boolean,
    hasHistory: boolean,
  ): Promise<GuestReport> {
    const { outcome } = report
    if (this.#checker === undefined || outcome.status !== 'failed') return report
    if (!isExplicable(outcome.error, hasCalled)) return report
    const error = await explainFailure(outcome.error, this.#checker, this.#request(hasHistory))
    return { ...report, outcome: { status: 'failed', error } }
  }

  #request(hasHistory: boolean): CheckRequest {
    const { source, language, toolbox, inputs, caller: owner } = this.#plan
    return { source, language, tools: toolbox.tools, inputs, hasHistory, owner, left: this.#left }
  }
}
