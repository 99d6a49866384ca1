/**
 * The sources of tools that the configuration names, and that may change while the daemon runs:
 * servers of the Model Context Protocol, documents of OpenAPI, and single requests.
 */

import type { Tool } from '../../protocol/tool/tool.ts'
import { changedEntries } from '../base/changed-entries.ts'
import type { Config } from '../config/config.ts'
import type { DocumentLog } from '../http-tools/document/api-document.ts'
import type { ApiDocumentFacts, ApiDocuments } from '../http-tools/document/api-documents.ts'
import type { ServerLog } from '../mcp/client/server.ts'
import type { McpServerFacts, McpServers } from '../mcp/client/servers.ts'
import type { DaemonTools } from '../tools/daemon-tools.ts'

/** The settings that name sources. */
export type SourceSettings = Pick<Config, 'mcpServers' | 'openapi' | 'httpTools'>

/** What the sources are given to work with. */
export interface ToolSourcesDependencies {
  /** Gets their tools. */
  readonly tools: DaemonTools
  readonly stateDir: string
  /** The folders in which programs of servers are looked for. */
  readonly path: string | undefined
  /** Called with secrets that sources have got, which must not leave the host. */
  readonly onSecrets: (secrets: readonly string[]) => void
  readonly log: ServerLog & { child(facts: object): ServerLog & DocumentLog }
}

/** No server or document can have this name. */
const SINGLE_TOOLS = 'http tools'

/** All configured sources. */
export class ToolSources {
  #settings: SourceSettings
  #deps: ToolSourcesDependencies
  #servers: McpServers | undefined
  #documents: ApiDocuments | undefined
  #isStarted = false
  #isClosed = false
  #replaced = Promise.resolve()

  private constructor(settings: SourceSettings, deps: ToolSourcesDependencies) {
    this.#settings = settings
    this.#deps = deps
  }

  /**
   * Makes the sources, with the tools that an earlier daemon knew; none are connected yet.
   *
   * @throws {LatchdError} `TOOL_INVALID` for a tool of `httpTools` that cannot be used
   */
  static async open(settings: SourceSettings, deps: ToolSourcesDependencies): Promise<ToolSources> {
    const sources = new ToolSources(settings, deps)
    await sources.#putSingleTools(settings.httpTools)
    await Promise.all([
      sources.#openServers(settings.mcpServers),
      sources.#openDocuments(settings.openapi),
    ])
    await Promise.all([sources.#servers?.restore(), sources.#documents?.restore()])
    return sources
  }

  /** Connects and loads. */
  start(): void {
    this.#isStarted = true
    this.#servers?.start()
    this.#documents?.start()
  }

  /**
   * Puts other settings in force: what has changed begins anew, and what has not stays connected.
   * That goes on after the return.
   *
   * @returns `false` for what needs a restart: a server that would be started by a daemon whose
   *   permissions were fixed before
   */
  replace(changes: Partial<SourceSettings>): boolean {
    const { mcpServers } = changes
    if (mcpServers !== undefined && process.permission !== undefined) {
      const { changed } = changedEntries(this.#settings.mcpServers, mcpServers)
      if (changed.some(({ transport }) => transport.kind === 'stdio')) return false
    }
    this.#settings = { ...this.#settings, ...changes }
    this.#replaced = this.#replaced
      .then(() => this.#replace(changes))
      .catch(error => this.#deps.log.warn({ err: error }, 'sources of tools not replaced'))
    return true
  }

  /** Reads the documents again: they may have changed. */
  refresh(): void {
    this.#documents?.refresh()
  }

  async #replace({ mcpServers, openapi, httpTools }: Partial<SourceSettings>): Promise<void> {
    const { tools } = this.#deps
    if (httpTools !== undefined) await this.#putSingleTools(httpTools)
    if (mcpServers !== undefined) {
      if (this.#servers === undefined) await this.#openServers(mcpServers)
      else for (const name of this.#servers.replace(mcpServers)) tools.remove(name)
    }
    if (openapi !== undefined) {
      if (this.#documents === undefined) await this.#openDocuments(openapi)
      else for (const name of this.#documents.replace(openapi)) tools.remove(name)
    }
  }

  /** Resolves when the sources that a program may mean are known, have failed, or take too long. */
  async listed(mayMean?: (source: string) => boolean): Promise<void> {
    await Promise.all([this.#servers?.listed(mayMean), this.#documents?.listed(mayMean)])
  }

  /** Tools in place of those that a program calls of sources that have not listed theirs. */
  unseen(source: string, mayUse: (tool: string) => boolean): readonly Tool[] {
    return [
      ...(this.#servers?.unseen(source, mayUse) ?? []),
      ...(this.#documents?.unseen(source, mayUse) ?? []),
    ]
  }

  /** What the servers of the protocol are at the moment. */
  get servers(): readonly McpServerFacts[] {
    return this.#servers?.facts ?? []
  }

  /** What the documents are at the moment. */
  get documents(): readonly ApiDocumentFacts[] {
    return this.#documents?.facts ?? []
  }

  /** Closes all connections and ends the processes. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#replaced
    await Promise.all([this.#servers?.close(), this.#documents?.close()])
  }

  async #openServers(mcpServers: SourceSettings['mcpServers']): Promise<void> {
    if (mcpServers.length === 0 || this.#isClosed) return
    const { McpServers } = await import('../mcp/client/servers.ts')
    const { stateDir, path, log, onSecrets } = this.#deps
    const onTools = (name: string, tools: readonly Tool[]) => this.#put(name, tools)
    this.#servers = new McpServers(mcpServers, { stateDir, path, onSecrets, onTools, log })
    if (this.#isStarted) this.#servers.start()
  }

  async #openDocuments(openapi: SourceSettings['openapi']): Promise<void> {
    if (openapi.length === 0 || this.#isClosed) return
    const { ApiDocuments } = await import('../http-tools/document/api-documents.ts')
    const { stateDir, log } = this.#deps
    const onTools = (name: string, tools: readonly Tool[]) => this.#put(name, tools)
    this.#documents = new ApiDocuments(openapi, { stateDir, onTools, log })
    if (this.#isStarted) this.#documents.start()
  }

  async #putSingleTools(httpTools: SourceSettings['httpTools']): Promise<void> {
    if (httpTools.length === 0) return this.#deps.tools.remove(SINGLE_TOOLS)
    const { singleTools } = await import('../http-tools/single-tools.ts')
    const tools = singleTools(httpTools)
    for (const { warnings = [] } of tools) {
      for (const text of warnings) this.#deps.log.warn({}, text)
    }
    this.#put(SINGLE_TOOLS, tools)
  }

  #put(name: string, tools: readonly Tool[]): void {
    for (const warning of this.#deps.tools.put(name, tools)) this.#deps.log.warn({}, warning)
  }
}
