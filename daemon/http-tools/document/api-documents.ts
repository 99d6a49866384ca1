/** The documents of a daemon. Loaded only where some are configured. */

import { within } from '../../../protocol/base/within.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import { changedEntries } from '../../base/changed-entries.ts'
import { unseenTools } from '../../base/unseen-tools.ts'
import type { OpenApiSetting } from '../setting.ts'
import { ApiDocument, type DocumentLog, type DocumentState } from './api-document.ts'
import { loadDocument } from './load-document.ts'
import { readDocument } from './read-document.ts'
import { StoredPlans } from './stored-plans.ts'

/** What the documents are given to work with. */
export interface ApiDocumentsDependencies {
  readonly stateDir: string
  /** Called with the tools of a document, whenever they have changed. */
  readonly onTools: (document: string, tools: readonly Tool[]) => void
  readonly log: { child(facts: { openapi: string }): DocumentLog }
}

/** A document as the daemon's facts list it. */
export interface ApiDocumentFacts {
  readonly name: string
  readonly state: DocumentState['kind']
  /** Why it is unavailable. */
  readonly reason?: string
  /** How many of its operations programs have. */
  readonly tools: number
  /** How many could not be taken: the log says why. */
  readonly leftOut: number
}

/** A program waits so long for a document that has never been read. */
const FIRST_READ_MS = 10_000

/** All configured documents. */
export class ApiDocuments {
  #documents: readonly ApiDocument[]
  #kept: StoredPlans
  #deps: ApiDocumentsDependencies

  constructor(settings: readonly OpenApiSetting[], deps: ApiDocumentsDependencies) {
    this.#deps = deps
    this.#kept = new StoredPlans(deps.stateDir)
    this.#documents = settings.map(setting => this.#documentOf(setting))
  }

  #documentOf(setting: OpenApiSetting): ApiDocument {
    return new ApiDocument(setting, {
      read: async (one, options, signal) =>
        await readDocument(await loadDocument(one, signal), options, signal),
      keep: ({ document }, options, plan) => this.#kept.write(document, options, plan),
      onTools: tools => {
        // A document that was replaced has no say any more.
        const isThere = this.#documents.some(one => one.setting === setting)
        if (isThere) this.#deps.onTools(setting.name, tools)
      },
      log: this.#deps.log.child({ openapi: setting.name }),
    })
  }

  /** Takes the plans that an earlier daemon has kept. */
  async restore(): Promise<void> {
    await Promise.all(
      this.#documents.map(async document => {
        const plan = await this.#kept.read(document.setting.document, document.options)
        if (plan === undefined) return
        await document.take(plan).catch(() => {
          // It was cut short: the document is read, and its plan replaces it.
        })
      }),
    )
  }

  /** Loads all of them at once. */
  start(): void {
    for (const document of this.#documents) document.start()
  }

  /**
   * Puts another list in force: documents whose settings have changed are loaded anew.
   *
   * @returns the names of documents that are not there any more
   */
  replace(settings: readonly OpenApiSetting[]): readonly string[] {
    const before = this.#documents.map(({ setting }) => setting)
    const { removed, changed } = changedEntries(before, settings)
    const fresh = new Map(changed.map(setting => [setting.name, this.#documentOf(setting)]))
    const known = new Map(this.#documents.map(document => [document.setting.name, document]))
    this.#documents = settings.map(
      ({ name }) => fresh.get(name) ?? (known.get(name) as ApiDocument),
    )
    for (const [name, document] of known) {
      if (removed.includes(name) || fresh.has(name)) void document.close()
    }
    for (const document of fresh.values()) document.start()
    return removed
  }

  /** Loads all of them again, since they may have changed; their tools stay meanwhile. */
  refresh(): void {
    for (const document of this.#documents) document.refresh()
  }

  /**
   * Resolves when each document that a program may mean was read once, has failed, or takes too
   * long.
   *
   * @param mayMean whether a program may mean a document; absent: it may mean each
   */
  async listed(mayMean: (document: string) => boolean = () => true): Promise<void> {
    const unknown = this.#documents.filter(one => isUnknown(one) && mayMean(one.setting.name))
    if (unknown.length === 0) return
    await within(Promise.all(unknown.map(untilKnown)), FIRST_READ_MS, () => {})
  }

  /** Tools in place of those that a program calls of documents that have never been read. */
  unseen(source: string, mayUse: (tool: string) => boolean): readonly Tool[] {
    return this.#documents
      .filter(({ isRead }) => !isRead)
      .flatMap(document => {
        const { what, setting } = document
        const unseen = { what, name: setting.name, unavailable: () => document.unavailable() }
        return unseenTools(unseen, source).filter(({ name }) => mayUse(name))
      })
  }

  /** What they are at the moment. */
  get facts(): ApiDocumentFacts[] {
    return this.#documents.map(({ setting, state, toolCount, leftOut }) => ({
      name: setting.name,
      state: state.kind,
      ...(state.kind === 'unavailable' && { reason: state.reason }),
      tools: toolCount,
      leftOut,
    }))
  }

  /** Loads none any more. */
  async close(): Promise<void> {
    await Promise.all(this.#documents.map(document => document.close()))
  }
}

const isUnknown = ({ isRead, state }: ApiDocument) => !isRead && state.kind === 'loading'

async function untilKnown(document: ApiDocument): Promise<void> {
  while (isUnknown(document)) await document.changed
}
