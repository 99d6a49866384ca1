/**
 * Checks programs before they run: hands them to compilers, which are started when the first program
 * comes, shared, bounded in time, and let go when nobody has asked for a while.
 *
 * Nothing that happens here keeps a program from running: what cannot be checked is told as
 * `CHECK_SKIPPED`.
 */

import { createHash } from 'node:crypto'
import type { Diagnostic } from '../../protocol/execution.ts'
import { standardGlobals } from '../../protocol/tools/reserved-names.ts'
import type { Tool } from '../../protocol/tools/tool.ts'
import { decodeValue } from '../../protocol/values.ts'
import type { Language } from '../compile/parse.ts'
import { Fifo } from '../fifo.ts'
import { checkSkipped } from './check-skipped.ts'
import type { TypeScriptCompiler } from './typescript-compiler.ts'

/** A program with all that its types depend on. */
export interface CheckRequest {
  readonly source: string
  readonly language: Language
  readonly tools: readonly Tool[]
  /** Encoded record of inputs. */
  readonly inputs: string | undefined
  /** Whether an earlier program may have left globals that nobody here knows of. */
  readonly hasHistory: boolean
}

/** Compilers at the same time; each uses more than one core and some 50 MB. */
const MAX_COMPILERS = 2
/** A check takes some milliseconds; the first one of a compiler some hundred. */
const CHECK_MS = 5000
const START_MS = 15_000
/** Longest that a program waits for its turn. */
const TURN_MS = 5000
/** Programs that may wait for theirs; more are not checked, so that no queue grows before the pool's. */
const MAX_WAITING = 64
/** An embedding app or a daemon that checks nothing keeps no compiler for longer. */
const IDLE_MS = 30_000
/** Programs are sent again: by retries, by schedules, by every step of a loop. */
const MAX_KNOWN = 256

export interface TypeCheckerOptions {
  /** Milliseconds that one check may take. */
  readonly checkMs?: number
  /** Says why no compiler can be started, where its error's own words do not help; absent: they do. */
  readonly explain?: (error: unknown) => string | undefined
}

export class TypeChecker {
  #checkMs: number
  #explain: TypeCheckerOptions['explain']
  #idle: TypeScriptCompiler[] = []
  #all = new Set<TypeScriptCompiler>()
  #waiting = new Fifo<object, () => void>()
  #leased = 0
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

  /** Whether a program that is given to it now waits for others. */
  get isBusy(): boolean {
    return this.#leased >= MAX_COMPILERS
  }

  /** What is wrong with a program, at most 20; nothing for one that does not parse. Never rejects. */
  async check(request: CheckRequest): Promise<readonly Diagnostic[]> {
    try {
      return await this.#check(request)
    } catch (error) {
      // A compiler that is lost, or was never found: programs run without it as well.
      const reason = error instanceof Error ? error.message : String(error)
      return checkSkipped(this.#explain?.(error) ?? reason)
    }
  }

  async #check({
    source,
    language,
    tools,
    inputs,
    hasHistory,
  }: CheckRequest): Promise<readonly Diagnostic[]> {
    // Parser, types and rules are loaded by those who check.
    const [{ readProgram }, { toolTypes }, { ambientTypes }, { judge }] = await Promise.all([
      import('./program-facts.ts'),
      import('./tool-types.ts'),
      import('./ambient.ts'),
      import('./judge.ts'),
    ])
    const types = toolTypes(tools)
    const names = inputs === undefined ? [] : Object.keys(decodeValue(inputs) as object)
    const taken = new Set([...types.signatures.keys(), ...standardGlobals])
    const declarations = types.text + ambientTypes(names, taken)
    const key = createHash('sha256')
      .update(JSON.stringify([source, language, declarations, hasHistory]))
      .digest('base64')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const program = readProgram(source, language, new Set(types.signatures.keys()))
    if (program === undefined) return []
    if ('reason' in program) return checkSkipped(program.reason)
    const findings = await this.#use(compiler =>
      compiler.check(program.text, program.language, declarations),
    )
    const diagnostics = judge(findings, source, program, types, !hasHistory)
    this.#remember(key, diagnostics)
    return diagnostics
  }

  #remember(key: string, diagnostics: readonly Diagnostic[]): void {
    this.#known.set(key, diagnostics)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest)
  }

  /** Runs a check on a compiler, and ends the compiler that does not come to an end. */
  async #use<T>(run: (compiler: TypeScriptCompiler) => Promise<T>): Promise<T> {
    await this.#turn()
    let compiler: TypeScriptCompiler | undefined
    let timer: NodeJS.Timeout | undefined
    try {
      if (this.#isClosed) throw new Error('the executor is closed')
      const found = this.#takeIdle()
      compiler = found ?? (await this.#start())
      const boundMs = found === undefined ? START_MS + this.#checkMs : this.#checkMs
      const late = Promise.withResolvers<never>()
      timer = setTimeout(() => {
        late.reject(new Error(`the compiler took longer than ${boundMs} ms`))
      }, boundMs)
      return await Promise.race([run(compiler), late.promise])
    } catch (error) {
      // Whatever it is busy with, or has come to: a new one is known to be well.
      compiler?.kill()
      throw error
    } finally {
      clearTimeout(timer)
      if (compiler !== undefined) this.#giveBack(compiler)
      this.#next()
    }
  }

  /** A compiler that is there and well. */
  #takeIdle(): TypeScriptCompiler | undefined {
    for (let found = this.#idle.pop(); found !== undefined; found = this.#idle.pop()) {
      if (!found.isLost) return found
      this.#all.delete(found)
    }
    return undefined
  }

  async #start(): Promise<TypeScriptCompiler> {
    const { TypeScriptCompiler } = await import('./typescript-compiler.ts')
    const compiler = new TypeScriptCompiler()
    this.#all.add(compiler)
    return compiler
  }

  #giveBack(compiler: TypeScriptCompiler): void {
    if (compiler.isLost || this.#isClosed) {
      compiler.kill()
      this.#all.delete(compiler)
      return
    }
    this.#idle.push(compiler)
    clearTimeout(this.#release)
    this.#release = setTimeout(() => this.#letGo(), IDLE_MS).unref()
  }

  #letGo(): void {
    for (const compiler of this.#idle.splice(0)) {
      compiler.kill()
      this.#all.delete(compiler)
    }
  }

  /** Waits until a compiler may be used. @throws {Error} when that takes too long */
  async #turn(): Promise<void> {
    if (this.#leased < MAX_COMPILERS) {
      this.#leased++
      return
    }
    if (this.#waiting.size >= MAX_WAITING) {
      throw new Error(`${this.#waiting.size} programs wait for a compiler already`)
    }
    const waiter = {}
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push(waiter, resolve)
    const timer = setTimeout(() => {
      this.#waiting.take(waiter)
      reject(new Error(`no compiler was free within ${TURN_MS} ms`))
    }, TURN_MS)
    try {
      await promise
    } finally {
      clearTimeout(timer)
    }
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#leased--
    else next()
  }

  /** Ends the compilers; what is checked from now on is skipped. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#release)
    for (const compiler of this.#all) compiler.kill()
    this.#all.clear()
    this.#idle = []
  }
}
