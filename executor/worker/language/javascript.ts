/** JavaScript and TypeScript: compiled here, with errors placed by our own diagnosis. */

import type { ExecutionError } from '../../../protocol/execution/execution.ts'
import type { CompiledProgram, GuestTask } from '../../boundary/messages.ts'
import { type Compilation, type Program, programFrom } from '../../compile/compile.ts'
import { Compiler } from '../compiler.ts'
import { FailedProgram } from '../failure/failed-program.ts'
import {
  engineSyntaxFailure,
  guestFailure,
  limitFailure,
  placeOf,
  stackText,
  stopPlaceOf,
  syntaxFailure,
} from '../failure/failure.ts'
import { hiddenNames } from '../failure/hidden-names.ts'
import type { ProgramLanguage, RunnableProgram } from './language.ts'

/** The language of a worker's programs. It keeps the latest compilations. */
export function openLanguage(): ProgramLanguage {
  const compiler = new Compiler()
  return {
    prepare(task, toolNames, onCompiled) {
      const compilation = compile(compiler, task, onCompiled)
      return compilation.ok
        ? runnable(task, compilation.program, toolNames)
        : { refused: syntaxFailure(task.source, compilation.error, toolNames) }
    },
  }
}

function compile(
  compiler: Compiler,
  { source, language, session, program, wantsProgram }: GuestTask,
  onCompiled: (program: CompiledProgram) => void,
): Compilation {
  if (program !== undefined) return { ok: true, program: programFrom(program.code, program.map) }
  const compilation = compiler.compile(source, language, session ? 'session' : 'program')
  if (wantsProgram && compilation.ok) {
    const { code, encodeMap } = compilation.program
    onCompiled({ code, map: encodeMap() })
  }
  return compilation
}

function runnable(
  { source, language }: GuestTask,
  program: Program,
  toolNames: readonly string[],
): RunnableProgram {
  const failed = new FailedProgram({ source, language, program, toolNames })
  return {
    code: program.code,
    hiddenNames: tools => hiddenNames(program.code, tools),
    engineSyntaxFailure: description => engineSyntaxFailure(description, failed),
    failure: (description, isMemoryFull) => guestFailure(description, failed, isMemoryFull),
    limitFailure: (error: ExecutionError, stack) => limitFailure(error, stack, failed),
    place: stack => placeOf(stack, failed),
    stopPlace: stack => stopPlaceOf(stack, failed),
    stackText: (request, isMessage) => stackText(request, failed, isMessage),
  }
}
