/**
 * Checks programs before they run. It starts compilers when the first program comes, shares them
 * between callers, bounds their time, and ends them when they are idle for a while.
 *
 * A program that cannot be checked gets the diagnostic `CHECK_SKIPPED`. The caller decides whether
 * it runs.
 */

import { createHash } from 'node:crypto'
import { errorText } from '../../protocol/base/error-text.ts'
import { within } from '../../protocol/base/within.ts'
import type { Diagnostic, Language } from '../../protocol/execution/execution.ts'
import { standardGlobals } from '../../protocol/tool/reserved-names.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { decodeValue } from '../../protocol/values/values.ts'
import { checkSkipped } from './check-skipped.ts'
import { CheckTurns } from './check-turns.ts'
import type { ProgramChecker } from './program-checker.ts'

/** A program with all that its types depend on. */
export interface CheckRequest {
  readonly source: string
  readonly language: Language
  readonly tools: readonly Tool[]
  /** Encoded record of inputs. */
  readonly inputs: string | undefined
  /** Whether an earlier program may have left globals that the check does not know. */
  readonly hasHistory: boolean
  /** Name of the caller of the execution; owners share the compilers. */
  readonly owner?: string
  /** Ends the wait for a compiler when the execution has ended. */
  readonly left?: AbortSignal
}

/** A check takes some milliseconds; the first one of a compiler some hundred. */
const CHECK_MS = 5000
const START_MS = 15_000
/** An embedding app or a daemon that checks nothing keeps no compiler for longer. */
const IDLE_MS = 30_000
/** Programs are sent again: by retries, by schedules, by every step of a loop. */
const MAX_KNOWN = 256

const NEVER = new AbortController().signal

/** Options of a {@link TypeChecker}. */
export interface TypeCheckerOptions {
  /** Milliseconds that one check may take. */
  readonly checkMs?: number
  /**
   * Says why no compiler can be started, where its error's own words do not help; absent: they do.
   */
  readonly explain?: (error: unknown) => string | undefined
}

/** Checks the types of programs with compilers that owners share, and remembers the findings. */
export class TypeChecker {
  #checkMs: number
  #explain: TypeCheckerOptions['explain']
  #idle: ProgramChecker[] = []
  #all = new Set<ProgramChecker>()
  #turns = new CheckTurns()
  #known = new Map<string, readonly Diagnostic[]>()
  #release: NodeJS.Timeout | undefined
  #isClosed = false

  constructor({ checkMs = CHECK_MS, explain }: TypeCheckerOptions = {}) {
    this.#checkMs = checkMs
    this.#explain = explain
  }

  /** Compilers that are there. */
  get compilers(): number {
    return this.#all.size
  }

  /** Whether a program of an owner that is given to it now waits for others. */
  isBusy(owner = ''): boolean {
    return this.#turns.isBusy(owner)
  }

  /** The diagnostics of a program, at most 20; none for one that does not parse. Never rejects. */
  async check(request: CheckRequest): Promise<readonly Diagnostic[]> {
    try {
      return await this.#check(request)
    } catch (error) {
      // A compiler that is lost, or was never found: programs run without it as well.
      return checkSkipped(this.#explain?.(error) ?? errorText(error))
    }
  }

  async #check(request: CheckRequest): Promise<readonly Diagnostic[]> {
    const { source, language, tools, inputs, hasHistory } = request
    // Types and rules are loaded only by processes that check.
    const [{ toolTypes }, { ambientTypes }] = await Promise.all([
      import('./tool-types.ts'),
      import('./ambient.ts'),
    ])
    const types = await toolTypes(tools)
    const names = inputs === undefined ? [] : Object.keys(decodeValue(inputs) as object)
    const taken = new Set([...types.signatures.keys(), ...standardGlobals])
    const declarations = types.text + ambientTypes(names, taken)
    const key = createHash('sha256')
      .update(JSON.stringify([source, language, declarations, hasHistory]))
      .digest('base64')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const program = { source, language, types, declarations, hasHistory }
    const diagnostics = await this.#use(request, checker => checker.check(program))
    this.#remember(key, diagnostics)
    return diagnostics
  }

  #remember(key: string, diagnostics: readonly Diagnostic[]): void {
    this.#known.set(key, diagnostics)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest)
  }

  /** Runs a check on a compiler, and ends the compiler that does not come to an end. */
  async #use<T>(
    { owner = '', left = NEVER }: CheckRequest,
    run: (checker: ProgramChecker) => Promise<T>,
  ): Promise<T> {
    await this.#turns.take(owner, left)
    let checker: ProgramChecker | undefined
    try {
      const found = this.#takeIdle()
      checker = found ?? (await this.#start())
      const boundMs = found === undefined ? START_MS + this.#checkMs : this.#checkMs
      return await within(run(checker), boundMs, () => {
        throw new Error(`the compiler took longer than ${boundMs} ms`)
      })
    } catch (error) {
      // Whatever it is busy with, or has come to: a new one is known to be well.
      checker?.kill()
      throw error
    } finally {
      if (checker !== undefined) this.#giveBack(checker)
      this.#turns.release(owner)
    }
  }

  /** A compiler that is there and well. */
  #takeIdle(): ProgramChecker | undefined {
    for (let found = this.#idle.pop(); found !== undefined; found = this.#idle.pop()) {
      if (!found.isLost) return found
      this.#all.delete(found)
    }
    return undefined
  }

  async #start(): Promise<ProgramChecker> {
    const { ProgramChecker } = await import('./program-checker.ts')
    // The checker may have been closed meanwhile, and ends only compilers that it knows.
    if (this.#isClosed) throw new Error('the executor is closed')
    const checker = new ProgramChecker()
    this.#all.add(checker)
    return checker
  }

  #giveBack(checker: ProgramChecker): void {
    if (checker.isLost || this.#isClosed) {
      checker.kill()
      this.#all.delete(checker)
      return
    }
    this.#idle.push(checker)
    clearTimeout(this.#release)
    this.#release = setTimeout(() => this.#letGo(), IDLE_MS).unref()
  }

  #letGo(): void {
    for (const compiler of this.#idle.splice(0)) {
      compiler.kill()
      this.#all.delete(compiler)
    }
  }

  /** Ends the compilers. Later checks are skipped. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#release)
    for (const compiler of this.#all) compiler.kill()
    this.#all.clear()
    this.#idle = []
  }
}
