/**
 * The type checker itself: TypeScript's native compiler, a child process behind its API. That API
 * is still called unstable, so this file alone uses it.
 *
 * The compiler sees two files and its own libraries, never the disk: this file answers all of its
 * questions about files. A signal ends it, since a busy compiler reads no messages.
 */

import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import type { API, Diagnostic as ApiDiagnostic, Snapshot } from 'typescript/unstable/async'
import type { Language } from '../../protocol/execution/execution.ts'

/** A finding of the compiler about a program. */
export interface Finding {
  /** TypeScript's number of the message. */
  readonly code: number
  readonly text: string
  /** Offsets in the text that was checked. */
  readonly start: number
  readonly end: number
  /** The explanations that follow the message. */
  readonly details: readonly Finding[]
}

const ROOT = '/latchd'
const DECLARATIONS = `${ROOT}/globals.d.ts`
/** A compiler that grows beyond this is ended; it begins with 40 MB. */
const MAX_RSS_BYTES = 512 * 1024 * 1024
/**
 * How often its size is checked while it works. A hostile program makes it grow by 100 MB a second.
 */
const WATCH_MS = 100

const project = (language: Language) => `${ROOT}/${language}/tsconfig.json`
const programFile = (language: Language) =>
  `${ROOT}/${language}/program.${language === 'javascript' ? 'js' : 'ts'}`

const settings = (language: Language) =>
  JSON.stringify({
    compilerOptions: {
      target: 'esnext',
      lib: ['esnext'],
      module: 'esnext',
      moduleResolution: 'bundler',
      // As a module, so that the program's own names shadow the globals.
      moduleDetection: 'force',
      allowJs: true,
      checkJs: true,
      strict: false,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    },
    files: [DECLARATIONS, programFile(language)],
  })

/** One process of TypeScript's compiler, started by the first check. */
export class TypeScriptCompiler {
  #files = new Map<string, string>([
    [DECLARATIONS, ''],
    ...(['javascript', 'typescript'] as const).flatMap(language => [
      [project(language), settings(language)] as const,
      [programFile(language), ''] as const,
    ]),
  ])
  #libraries: string | undefined
  #api: API | undefined
  #started: Promise<API> | undefined
  #snapshot: Snapshot | undefined
  #open = new Set<Language>()
  #lost = Promise.withResolvers<never>()
  #isLost = false

  constructor() {
    // The callers that wait for an answer get the error.
    this.#lost.promise.catch(() => {})
  }

  /** Whether it cannot be used any more. */
  get isLost(): boolean {
    return this.#isLost
  }

  /**
   * Checks one program; one at a time.
   *
   * @throws {Error} when the compiler cannot be started, or was lost
   */
  async check(text: string, language: Language, declarations: string): Promise<readonly Finding[]> {
    const watch = setInterval(() => this.#watchSize(), WATCH_MS)
    try {
      return await Promise.race([this.#check(text, language, declarations), this.#lost.promise])
    } finally {
      clearInterval(watch)
    }
  }

  async #check(text: string, language: Language, declarations: string): Promise<Finding[]> {
    const changed = [programFile(language)]
    if (this.#files.get(DECLARATIONS) !== declarations) changed.push(DECLARATIONS)
    this.#files.set(programFile(language), text)
    this.#files.set(DECLARATIONS, declarations)
    this.#started ??= this.#start()
    const api = await this.#started
    const isNew = !this.#open.has(language)
    const asked = api.updateSnapshot({
      fileChanges: { changed },
      ...(isNew && { openProjects: [project(language)] }),
    })
    const before = this.#snapshot
    this.#snapshot = await asked
    this.#open.add(language)
    await before?.dispose()
    const program = this.#snapshot.getProject(project(language))?.program
    if (program === undefined) throw new Error('The compiler does not know its own project')
    const found = await program.getSemanticDiagnostics(programFile(language))
    return found.map(toFinding)
  }

  async #start(): Promise<API> {
    const { API } = await import('typescript/unstable/async')
    if (this.#isLost) throw new Error('the compiler was stopped')
    const api = new API({
      cwd: ROOT,
      fs: {
        readFile: path => this.#files.get(path) ?? this.#library(path),
        fileExists: path => this.#files.has(path),
        directoryExists: path => path === ROOT || path.startsWith(`${ROOT}/`),
        getAccessibleEntries: () => ({ files: [], directories: [] }),
        realpath: path => path,
      },
    })
    this.#api = api
    const client = clientOf(api)
    await client.connect()
    // Else a question that follows its end would start another process, which nothing ends.
    client.connect = () => Promise.reject(new Error('the compiler was stopped'))
    const child = client.process
    if (child === undefined || this.#isLost) {
      // A compiler that was stopped while it started had no process to end yet.
      this.#lose(new Error('the compiler could not be started'))
      this.#endProcess()
      throw new Error('the compiler could not be started')
    }
    ignoreFailedWrites(child)
    child.once('exit', (code, signal) => {
      this.#lose(new Error(`the compiler has ended with ${signal ?? `code ${code}`}`))
    })
    // A check has a deadline. Its timer keeps the process alive while a caller waits.
    child.unref()
    for (const stream of [child.stdin, child.stdout] as Socket[]) stream.unref()
    return api
  }

  /** The declarations of ECMAScript, out of the folder that the compiler first asks for. */
  #library(path: string): string | null {
    if (!/^lib(\.[\w-]+)*\.d\.ts$/.test(basename(path))) return null
    this.#libraries ??= dirname(path)
    return dirname(path) === this.#libraries ? readFileSync(path, 'utf8') : null
  }

  /** Known on Linux alone; elsewhere the time that a check may take has to do. */
  #watchSize(): void {
    const pid = this.#api && clientOf(this.#api).process?.pid
    if (pid === undefined || process.platform !== 'linux') return
    let rss = 0
    try {
      // Pages of 4 KiB, the second field: proc_pid_statm(5).
      rss = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
    } catch {
      // The process has just ended, and its exit event follows.
    }
    if (rss <= MAX_RSS_BYTES) return
    this.#lose(new Error(`the compiler needed more than ${MAX_RSS_BYTES} bytes of memory`))
  }

  /** Ends the process; a check under way is given up. */
  kill(): void {
    this.#lose(new Error('the compiler was stopped'))
  }

  #lose(error: Error): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#lost.reject(error)
    this.#endProcess()
  }

  #endProcess(): void {
    if (this.#api === undefined) return
    const client = clientOf(this.#api)
    client.process?.kill('SIGKILL')
    // Not the API's own `close`, which would first ask the process to release its objects.
    client.close().catch(() => {
      // The connection of a process that has ended: nothing is left to be closed.
    })
  }
}

/** The parts of the API's client that are used here, undeclared in its types. */
interface ApiClient {
  readonly process?: ChildProcess
  connect: () => Promise<void>
  close(): Promise<void>
}

/** The API hides its process. It has no other way to end one that is busy, or to end one for good. */
function clientOf(api: API): ApiClient {
  return (api as unknown as { client: ApiClient }).client
}

/**
 * Has writes to a process that has ended, or that is being ended, seem to succeed. The API's writer
 * throws what a write fails with where nothing can catch it, which would end this process. That the
 * compiler is lost is known by its exit.
 */
function ignoreFailedWrites({ stdin }: ChildProcess): void {
  if (stdin === null) return
  const write = stdin.write.bind(stdin) as (...args: readonly unknown[]) => boolean
  const succeeding = (arg: unknown) => (typeof arg === 'function' ? () => arg() : arg)
  stdin.write = (...args: readonly unknown[]) => write(...args.map(succeeding))
}

function toFinding({ code, text, pos, end, messageChain = [] }: ApiDiagnostic): Finding {
  return { code, text, start: pos, end, details: messageChain.map(toFinding) }
}
