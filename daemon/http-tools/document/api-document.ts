/**
 * One configured document over the life of the daemon.
 *
 * | state | entered when | left when |
 * | --- | --- | --- |
 * | loading | the daemon starts, or reads its configuration again; a pause is over | it is read, or not |
 * | loaded | its tools are there | it is to be read again |
 * | unavailable | it could not be loaded or read | the pause is over |
 * | closed | the daemon stops | never |
 */

import { inTurns } from '../../../protocol/base/in-turns.ts'
import { pause } from '../../../protocol/base/pause.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import { governed } from '../../auth/asking-tool.ts'
import { toolPolicy } from '../../auth/tool-policy.ts'
import { detailOf, pathlessText } from '../../base/host-fault.ts'
import { isUrl } from '../hosts.ts'
import type { OpenApiSetting } from '../setting.ts'
import type { DocumentPlan, ReadingOptions } from './plan.ts'

/** What a document is at the moment. */
export type DocumentState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded' }
  /** Programs and callers get the reason: it names no path of the host. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'closed' }

/** The log of one document. */
export interface DocumentLog {
  info(facts: object, text: string): void
  warn(facts: object, text: string): void
}

/** What a document is given to work with. */
export interface DocumentDependencies {
  /** Loads and reads it: the JSON of a `DocumentPlan`. @throws {Error} with the reason in words */
  readonly read: (
    setting: OpenApiSetting,
    options: ReadingOptions,
    signal: AbortSignal,
  ) => Promise<string>
  /** Keeps what was read. @throws {Error} of the file system */
  readonly keep: (setting: OpenApiSetting, options: ReadingOptions, plan: string) => Promise<void>
  /** Called with its tools, whenever they have changed. */
  readonly onTools: (tools: readonly Tool[]) => void
  readonly log: DocumentLog
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 60_000

/** A document: its state and its tools. */
export class ApiDocument {
  readonly setting: OpenApiSetting
  /** What it is, for people. */
  readonly what: string
  #deps: DocumentDependencies
  #options: ReadingOptions
  #state: DocumentState = { kind: 'loading' }
  /** Why the last try failed: it holds during the next one too. */
  #reason: string | undefined
  #plan: string | undefined
  #isRead = false
  #tools = 0
  #leftOut = 0
  #stop = new AbortController()
  #changed = Promise.withResolvers<void>()
  #again = new AbortController()
  #ended: Promise<void> | undefined

  constructor(setting: OpenApiSetting, deps: DocumentDependencies) {
    this.setting = setting
    this.what = `the document openapi.${setting.name}`
    this.#deps = deps
    this.#options = readingOptions(setting)
  }

  get state(): DocumentState {
    return this.#state
  }

  /** How many of its operations programs have. */
  get toolCount(): number {
    return this.#tools
  }

  /** How many of them could not be taken. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** Whether its operations are known, now or from an earlier daemon. */
  get isRead(): boolean {
    return this.#isRead
  }

  /** Resolves when its state changes. Never rejects. */
  get changed(): Promise<void> {
    return this.#changed.promise
  }

  /** What its plan depends on beside its text. */
  get options(): ReadingOptions {
    return this.#options
  }

  /** Takes the plan of an earlier daemon. @throws {SyntaxError} for one that is damaged */
  async take(plan: string): Promise<void> {
    await this.#publish(JSON.parse(plan) as DocumentPlan)
    this.#plan = plan
  }

  /** Loads it, and tries again until that succeeds. */
  start(): void {
    this.#ended ??= this.#run()
  }

  /** Loads it again: it may have changed. */
  refresh(): void {
    this.#again.abort()
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the daemon stops'))
    await this.#ended
  }

  /** The error of a call that cannot be made now. */
  unavailable(): LatchdError {
    const why = this.#reason === undefined ? 'is not read yet' : `is unavailable: ${this.#reason}`
    return new LatchdError('TOOL_UNAVAILABLE', `${this.what} ${why}`)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    let failures = 0
    while (!signal.aborted) {
      this.#again = new AbortController()
      const wake = AbortSignal.any([signal, this.#again.signal])
      this.#enter({ kind: 'loading' })
      try {
        await this.#load(signal)
        failures = 0
        this.#reason = undefined
        this.#enter({ kind: 'loaded' })
        await aborted(wake)
      } catch (error) {
        if (signal.aborted) break
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS)
        this.#reason = pathlessText(error)
        this.#enter({ kind: 'unavailable', reason: this.#reason })
        this.#deps.log.warn({ reason: detailOf(error), pauseMs }, 'OpenAPI document unavailable')
        await pause(pauseMs, wake).catch(() => {
          // It is to be loaded at once, or not any more.
        })
      }
    }
    this.#enter({ kind: 'closed' })
  }

  /** @throws {Error} with the reason in words */
  async #load(signal: AbortSignal): Promise<void> {
    const plan = await this.#deps.read(this.setting, this.#options, signal)
    if (plan === this.#plan) return
    const read = JSON.parse(plan) as DocumentPlan
    if (read.operations.length === 0) {
      throw new Error(`none of its operations can be taken${firstOf(read.warnings)}`)
    }
    await this.#publish(read)
    this.#plan = plan
    this.#deps.log.info({ tools: this.#tools, leftOut: this.#leftOut }, 'OpenAPI document read')
    await this.#deps.keep(this.setting, this.#options, plan).catch(error =>
      // Only the next start is without it.
      this.#deps.log.warn({ reason: String(error) }, 'plan of an OpenAPI document not kept'),
    )
  }

  async #publish(plan: DocumentPlan): Promise<void> {
    const { planTools } = await import('./plan-tools.ts')
    const { tools, warnings } = await inTurns(planTools(this.setting, plan))
    for (const text of warnings) this.#deps.log.warn({}, `OpenAPI ${this.setting.name}: ${text}`)
    const { name, policy } = this.setting
    const rules = policy.length === 0 ? [] : [toolPolicy(policy, `${name}.`)]
    const taken = governed(tools, rules)
    this.#tools = taken.length
    this.#leftOut = warnings.length
    this.#isRead = true
    this.#deps.onTools(taken)
  }

  #enter(state: DocumentState): void {
    this.#state = state
    const before = this.#changed
    this.#changed = Promise.withResolvers()
    before.resolve()
  }
}

const firstOf = ([first]: readonly string[]) => (first === undefined ? '' : `: ${first}`)

function readingOptions(setting: OpenApiSetting): ReadingOptions {
  const { name, document, server, serverVariables, include, exclude, overlays, headers } = setting
  return {
    ...{ name, server, serverVariables, include, exclude, overlays },
    url: isUrl(document) ? document : undefined,
    ownHeaders: Object.keys(headers),
  }
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
