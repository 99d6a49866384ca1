/**
 * Thread that reads programs for the type check and selects their diagnostics. A hostile source
 * makes both take long, and a thread that takes too long is ended.
 */

import { parentPort } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Diagnostic, Language } from '../../protocol/execution/execution.ts'
import { type CheckableProgram, readProgram } from './program-facts.ts'
import { selectDiagnostics } from './select-diagnostics.ts'
import type { ToolTypes } from './tool-types.ts'
import type { Finding } from './typescript-compiler.ts'

/**
 * A program as the compiler gets it, the reason why it cannot be checked, or `undefined` when it
 * does not parse.
 */
export type ReadText =
  | { readonly text: string; readonly language: Language }
  | { readonly reason: string }
  | undefined

/** The methods of the thread. It reads one program after the other. */
export interface ReadingThread {
  read(source: string, language: Language, types: ToolTypes): ReadText
  /** The diagnostics of the program that was read last. */
  selectDiagnostics(findings: readonly Finding[], reportsUnknown: boolean): readonly Diagnostic[]
}

let last: { source: string; program: CheckableProgram; types: ToolTypes } | undefined

const thread: ReadingThread = {
  read(source, language, types) {
    const program = readProgram(source, language, new Set(types.signatures.keys()))
    last = undefined
    if (program === undefined || 'reason' in program) return program
    last = { source, program, types }
    return { text: program.text, language: program.language }
  },
  selectDiagnostics(findings, reportsUnknown) {
    if (last === undefined) throw new Error('No program was read')
    return selectDiagnostics(findings, last.source, last.program, last.types, reportsUnknown)
  },
}

if (parentPort === null) throw new Error('This module is a thread')
expose(thread, nodeEndpoint(parentPort))
