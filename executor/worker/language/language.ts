/** What the worker has to know about the language of a program, beside its engine. */

import type { ExecutionError } from '../../../protocol/execution/execution.ts'
import type { CompiledProgram, GuestPlace, GuestTask } from '../../boundary/messages.ts'
import type { GuestTool } from '../../guest/host/tools.ts'
import type { HiddenName } from '../failure/hidden-names.ts'

/** A program that can run, with the words for the ways in which it may fail. */
export interface RunnableProgram {
  /** What the engine evaluates. */
  readonly code: string
  /** The names that a program of a session hides. */
  hiddenNames(tools: readonly GuestTool[]): readonly HiddenName[]
  /** The failure when the engine refuses the text. @param description of the error, as JSON */
  engineSyntaxFailure(description: string): ExecutionError
  /**
   * The failure for an error that the program threw.
   *
   * @param description of the error, as JSON
   * @param isMemoryFull the guest's memory has grown to its limit
   */
  failure(description: string, isMemoryFull: boolean): ExecutionError
  /** A limit that the program exceeded, with the place that ran; `undefined`: it has returned. */
  limitFailure(error: ExecutionError, stack: string | undefined): ExecutionError
  /** Where the program stands. */
  place(stack: string): GuestPlace
  /** Where the program was stopped, or waits. @param stack absent: none of its functions runs */
  stopPlace(stack: string | undefined): GuestPlace
  /** Answers a program that reads the stack of an error, or has caught one. */
  stackText(request: string, isMessage: boolean): string
}

/** A language: makes a source runnable. */
export interface ProgramLanguage {
  /**
   * Compiles the source of a task.
   *
   * @param toolNames expressions by which the program calls its tools
   * @param onCompiled receives the program when it was compiled here
   */
  prepare(
    task: GuestTask,
    toolNames: readonly string[],
    onCompiled: (program: CompiledProgram) => void,
  ): RunnableProgram | { readonly refused: ExecutionError }
}
