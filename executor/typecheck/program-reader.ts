/** The host's end of a thread that reads programs for the type check. */

import { Worker } from 'node:worker_threads'
import { type Remote, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { Diagnostic, Language } from '../../protocol/execution/execution.ts'
import type { ReadingThread, ReadText } from './reading-thread.ts'
import type { ToolTypes } from './tool-types.ts'
import type { Finding } from './typescript-compiler.ts'

/** A source of 128 KiB takes some 50 MB. */
const MAX_HEAP_MB = 512
/** As the threads that run programs have, so that both refuse the same depth. */
const STACK_MB = 8

/** Starts a reading thread and sends it programs, one at a time. */
export class ProgramReader {
  #worker: Worker
  #thread: Remote<ReadingThread>
  #lost = Promise.withResolvers<never>()
  #isLost = false

  constructor() {
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
    this.#worker = new Worker(new URL(`./reading-thread${extension}`, import.meta.url), {
      env: {},
      // An empty list lifts every restriction of the thread under Node's permissions (measured).
      ...(process.permission === undefined && { execArgv: [] }),
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, stackSizeMb: STACK_MB },
    })
    // The callers that wait for an answer get the error.
    this.#lost.promise.catch(() => {})
    this.#worker.on('error', error => this.#lose(error))
    this.#worker.on('exit', code => {
      this.#lose(new Error(`the thread that reads programs has ended with code ${code}`))
    })
    this.#thread = wrap<ReadingThread>(nodeEndpoint(this.#worker))
    // A check has a deadline. Its timer keeps the process alive while a caller waits.
    this.#worker.unref()
  }

  /** Whether it cannot be used any more. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Reads a program. @throws {Error} when the thread was lost */
  read(source: string, language: Language, types: ToolTypes): Promise<ReadText> {
    return Promise.race([this.#thread.read(source, language, types), this.#lost.promise])
  }

  /**
   * Selects the diagnostics of the program that was read last.
   *
   * @throws {Error} when the thread was lost
   */
  selectDiagnostics(
    findings: readonly Finding[],
    reportsUnknown: boolean,
  ): Promise<readonly Diagnostic[]> {
    return Promise.race([
      this.#thread.selectDiagnostics(findings, reportsUnknown),
      this.#lost.promise,
    ])
  }

  /** Ends the thread, whatever it is busy with. */
  kill(): void {
    this.#lose(new Error('the thread that reads programs was stopped'))
    void this.#worker.terminate()
  }

  #lose(error: Error): void {
    this.#isLost = true
    this.#lost.reject(error)
  }
}
