/** Checks one program after the other, with a thread that reads them and a compiler. */

import type { Diagnostic, Language } from '../../protocol/execution/execution.ts'
import { checkSkipped } from './check-skipped.ts'
import { ProgramReader } from './program-reader.ts'
import type { ToolTypes } from './tool-types.ts'
import { TypeScriptCompiler } from './typescript-compiler.ts'

/** Findings that are read: the others of a program are ignored. */
const MAX_FINDINGS = 2000

/** A program with the declarations that it is checked against. */
export interface DeclaredProgram {
  readonly source: string
  readonly language: Language
  readonly types: ToolTypes
  /** Text of the declarations: those of the tools and of the other globals. */
  readonly declarations: string
  readonly hasHistory: boolean
}

/** A reading thread and a compiler that check one program at a time. Once lost it stays lost. */
export class ProgramChecker {
  #reader = new ProgramReader()
  #compiler = new TypeScriptCompiler()

  /** Whether it cannot be used any more. */
  get isLost(): boolean {
    return this.#reader.isLost || this.#compiler.isLost
  }

  /** The diagnostics of a program. @throws {Error} when the thread or the compiler was lost */
  async check(program: DeclaredProgram): Promise<readonly Diagnostic[]> {
    const { source, language, types, declarations, hasHistory } = program
    const read = await this.#reader.read(source, language, types)
    if (read === undefined) return []
    if ('reason' in read) return checkSkipped(read.reason)
    const all = await this.#compiler.check(read.text, read.language, declarations)
    const findings = all.slice(0, MAX_FINDINGS)
    const diagnostics = await this.#reader.selectDiagnostics(findings, !hasHistory)
    const isWhole = findings.length === all.length || diagnostics.length > 0
    return isWhole ? diagnostics : checkSkipped(`the compiler found ${all.length} places`)
  }

  /** Ends both; a check under way is given up. */
  kill(): void {
    this.#reader.kill()
    this.#compiler.kill()
  }
}
