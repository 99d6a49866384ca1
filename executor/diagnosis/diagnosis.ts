/**
 * Finds where a program failed, and words the error. It parses the source again for that.
 *
 * The engine's stacks name the place that it noted last, which is often an argument or the head of
 * a function, and its messages leave names out. Nothing here runs as long as nothing fails.
 */

import type { Language } from '../../protocol/execution/execution.ts'
import type { ThrownText } from '../../protocol/values/value-format.ts'
import { parse } from '../compile/parse/parse.ts'
import { programText } from '../compile/parse/program-text.ts'
import { LINE_END, type Position, positionAt } from '../compile/parse/source-position.ts'
import { isNode, type SyntaxNode } from '../compile/parse/syntax-node.ts'
import type { Program } from '../compile/rewrite/program.ts'
import {
  builtInWording,
  type EngineMessage,
  fits,
  readMessage,
  saysMessage,
} from './engine-messages.ts'
import { type EngineFrame, readStack } from './engine-stack.ts'
import { findAwait } from './find-await.ts'
import {
  calling,
  findLoop,
  findOperation,
  findWaiting,
  isAt,
  type ProgramFrame,
  type Test,
} from './find-operation.ts'
import { readScopes } from './read-scopes.ts'
import { makesRegExp, regExpWording } from './regexp-message.ts'
import type { ClassPlace, Operation, SourceScopes } from './scope.ts'
import { isSurelyCallable } from './surely-callable.ts'

/** A program with what its diagnosis needs. */
export interface DiagnosedProgram {
  /** As sent. */
  readonly source: string
  readonly language: Language
  readonly program: Program
  /** Expressions by which the program reaches its tools. */
  readonly toolNames: readonly string[]
}

/** The value that was thrown; absent for a place where none was. */
type ThrownName = Pick<ThrownText, 'name' | 'message'>

/** A frame of the program in its source. */
export interface TracedFrame extends Position {
  readonly name: string | undefined
}

/** What a stack says of a program. */
export interface Trace {
  /** The program's own, innermost first. */
  readonly frames: readonly TracedFrame[]
  /** The step that failed, where it was found. */
  readonly operation?: Operation | undefined
  /** The loop that runs. */
  readonly loop?: SyntaxNode | undefined
  /** Whether a built-in that this step called has thrown. */
  readonly isByBuiltIn?: boolean
  /** What was thrown in V8's words; absent: as it is. */
  readonly message?: string | undefined
}

/** Reads the failures of one program. */
export class Diagnosis {
  readonly #program: DiagnosedProgram
  #scopes: SourceScopes | undefined
  #isParsed = false
  #lineStarts: number[] | undefined

  constructor(program: DiagnosedProgram) {
    this.#program = program
  }

  /** What can fail in the source; `undefined` when it cannot be read a second time. */
  get scopes(): SourceScopes | undefined {
    if (!this.#isParsed) {
      this.#isParsed = true
      this.#scopes = tryToRead(this.#program)
    }
    return this.#scopes
  }

  /** Reads a stack of the engine. */
  trace(stack: string, thrown?: ThrownName): Trace {
    return this.#read(() => this.#trace(stack, thrown))
  }

  /** Reads by the source. When that fails, it reads by the engine's places alone. */
  #read(read: () => Trace): Trace {
    try {
      return read()
    } catch {
      // The failure is reported in any case. Only its place becomes less exact.
      this.#scopes = undefined
      this.#isParsed = true
      return read()
    }
  }

  #trace(stack: string, thrown?: ThrownName): Trace {
    const known = thrown && readMessage(thrown.message)
    const frames: TracedFrame[] = []
    let top: { operation: Operation | undefined; above: EngineFrame | undefined } | undefined
    const all = readStack(stack)
    for (const [index, frame] of all.entries()) {
      if (frame.of !== 'program') continue
      const above = all[index - 1]
      const outer = all.slice(index + 1).find(({ of }) => of === 'program')?.name
      const placed = this.#placed(frame, outer)
      const tests = this.#tests(above, thrown, known)
      const operation = this.#find(placed, tests, above, known)
      if (top === undefined && known?.isOfCallee && above === undefined) continue
      // The constructor of an error class is not the place where the error was thrown.
      if (top === undefined && !known && this.#makesError(placed, operation)) continue
      top ??= { operation, above }
      frames.push({ name: frame.name, ...this.#position(placed, operation) })
    }
    const message = thrown && top?.operation && wording(thrown, known, top.operation, top.above)
    return {
      frames,
      operation: top?.operation,
      ...(top?.above?.of === 'native' && { isByBuiltIn: true }),
      ...(message !== undefined && { message }),
    }
  }

  /** Where a program runs that is stopped between its calls. @param stack of that moment */
  traceRunning(stack: string): Trace {
    return this.#read(() => this.#traceRunning(stack))
  }

  #traceRunning(stack: string): Trace {
    const [top, ...below] = readStack(stack)
    if (top === undefined) return this.#traceWaiting()
    const trace = this.#trace(stack)
    const isInside = top?.of === 'program' || top?.of === 'unknown'
    if (!isInside || this.scopes === undefined) return trace
    const placed = this.#placed(top, below.find(({ of }) => of === 'program')?.name)
    const loop = findLoop(this.scopes, placed)
    const rest = top.of === 'program' ? trace.frames.slice(1) : trace.frames
    if (loop === undefined && placed.offset === undefined) return trace
    const position = loop ? this.positionAt(loop.start) : this.#position(placed, undefined)
    return { frames: [{ name: top.name, ...position }, ...rest], loop }
  }

  /** Where a program runs whose function is about to go on. */
  #traceWaiting(): Trace {
    const found = this.scopes && findWaiting(this.scopes)
    if (found === undefined) return { frames: [] }
    const { scope, loop } = found
    const name = scope.node.type === 'Program' ? '<eval>' : scope.name
    return { frames: [{ name, ...this.positionAt(loop.start) }], loop }
  }

  /**
   * Where a program waits for a promise, without a call on its stack: known when it awaits in one
   * place, or nowhere but for its output.
   */
  traceAwait(): Trace {
    const found = this.scopes && findAwait(this.scopes)
    if (found === undefined) return this.#awaitsNothing() ? this.traceOutput() : { frames: [] }
    return { frames: [{ name: '<eval>', ...this.positionAt(found.start) }] }
  }

  #awaitsNothing(): boolean {
    return this.scopes !== undefined && !/\bawait\b/.test(this.scopes.text)
  }

  /** Where a program says what its output is; `undefined` when it says so in several places. */
  traceOutput(): Trace {
    const [program] = this.scopes?.scopes ?? []
    if (program === undefined) return { frames: [] }
    const { returns, last } = program
    const [only = last] = returns
    if (only === undefined || returns.length > 1) return { frames: [] }
    return { frames: [{ name: '<eval>', ...this.positionAt(only.start) }] }
  }

  /**
   * Where a value other than an error was thrown; known when only one statement throws such a
   * value.
   */
  traceThrow(): Trace {
    const throws = this.scopes?.throws.filter(
      ({ argument }) => isNode(argument) && argument.type !== 'NewExpression',
    )
    const [only] = throws ?? []
    if (only === undefined || throws?.length !== 1) return { frames: [] }
    return { frames: [{ name: '<eval>', ...this.positionAt(only.start) }] }
  }

  /** The position of an offset in the source. */
  positionAt(offset: number): Position {
    return positionAt(this.#program.source, offset)
  }

  #tests(
    above: EngineFrame | undefined,
    thrown: ThrownName | undefined,
    known: EngineMessage | undefined,
  ): readonly Test[] {
    if (above !== undefined) return calling(calledName(above))
    if (known !== undefined) {
      const fitting: Test = one => fits(known, one)
      const isDoubtful: Test = one =>
        fitting(one) && !isSurelyCallable(one, this.#program.toolNames)
      return [isDoubtful, fitting]
    }
    const { name, message = '' } = thrown ?? {}
    const isMaking: Test = one =>
      (one.kind === 'construct' || one.kind === 'call') && saysMessage(one, message) !== false
    return [
      one => isMaking(one) && one.name === name && saysMessage(one, message) === true,
      one => isMaking(one) && one.name === name,
      one => isMaking(one) && /(?:Error|Exception|super)$/.test(one.name ?? ''),
      one => name === 'AggregateError' && one.name === 'any',
      one => one.kind === 'construct' && isMaking(one),
    ]
  }

  #find(
    frame: ProgramFrame,
    tests: readonly Test[],
    above: EngineFrame | undefined,
    known: EngineMessage | undefined,
  ): Operation | undefined {
    const { scopes } = this
    // A constructor that the source does not spell out has no steps.
    if (scopes === undefined || this.#classAt(frame)) return undefined
    const isMade = above === undefined && known === undefined
    return findOperation(scopes, frame, tests, isMade ? 'near' : 'far')
  }

  #makesError(frame: ProgramFrame, operation: Operation | undefined): boolean {
    if (operation?.kind === 'call' && operation.name === 'super') return true
    return this.#classAt(frame)?.isDerived === true
  }

  /** The class whose constructor a frame is in, when the source does not write that constructor. */
  #classAt(frame: ProgramFrame): ClassPlace | undefined {
    const { scopes } = this
    return scopes?.classes.find(
      one => !one.hasConstructor && one.name === frame.name && isAt(scopes, frame, one.start),
    )
  }

  #placed(frame: EngineFrame, outer: string | undefined): ProgramFrame {
    const { name, line, column } = frame
    const isLineOnly = column === 1
    if (line === 0) return { name, offset: undefined, isLineOnly, outer }
    const { source, program } = this.#program
    this.#lineStarts ??= [0, ...source.matchAll(LINE_END).map(end => end.index + end[0].length)]
    const position = program.positionOf(line, column)
    const start = this.#lineStarts[position.line - 1] ?? source.length
    return { name, offset: start + position.column - 1, isLineOnly, outer }
  }

  #position({ offset, outer }: ProgramFrame, operation: Operation | undefined): Position {
    if (operation !== undefined) return this.positionAt(operation.at)
    const place = this.scopes?.classes.find(one => one.name === outer)
    return this.positionAt(offset ?? place?.start ?? 0)
  }
}

/** The name by which a program calls the function of a frame. */
const calledName = ({ name }: EngineFrame): string | undefined => name?.replace(/\.async$/, '')

function wording(
  { name, message }: ThrownName,
  known: EngineMessage | undefined,
  operation: Operation,
  above: EngineFrame | undefined,
): string | undefined {
  if (above === undefined || known?.isOfCallee) {
    return known?.wording(operation) ?? builtInWording(message, operation)
  }
  if (above.of !== 'native') return undefined
  if (name === 'SyntaxError' && makesRegExp(above.name)) return regExpWording(message, operation)
  return builtInWording(message, operation)
}

function tryToRead({ source, language }: DiagnosedProgram): SourceScopes | undefined {
  try {
    const { text, language: written } = programText(source, language)
    return readScopes(text, parse(text, written).program)
  } catch {
    // It has been parsed before; should the second time fail, the engine's places have to do.
    return undefined
  }
}
