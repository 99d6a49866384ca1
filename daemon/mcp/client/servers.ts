/** The servers of a daemon. Loaded only where some are configured. */

import { within } from '../../../protocol/base/within.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import { changedEntries } from '../../base/changed-entries.ts'
import { unseenTools } from '../../base/unseen-tools.ts'
import type { ServerTokens } from './oauth-provider.ts'
import { McpServer, type ServerLog } from './server.ts'
import type { McpServerSetting } from './server-setting.ts'
import type { ServerState } from './server-state.ts'
import { StoredCatalogues } from './stored-catalogues.ts'

/** What the servers are given to work with. */
export interface McpServersDependencies {
  readonly stateDir: string
  /** The folders in which programs of servers are looked for. */
  readonly path: string | undefined
  /** Called with tokens of servers, which must not leave the host. */
  readonly onSecrets: (secrets: readonly string[]) => void
  /** Called with the tools of a server, whenever they have changed. */
  readonly onTools: (server: string, tools: readonly Tool[]) => void
  readonly log: { child(facts: { mcpServer: string }): ServerLog }
}

/** A server as the daemon's facts list it. */
export interface McpServerFacts {
  readonly name: string
  readonly state: ServerState['kind']
  /** Why it is unavailable. */
  readonly reason?: string
  readonly protocolVersion?: string
  /** How many of its tools programs have. */
  readonly tools: number
  readonly reconnects: number
}

/** A program waits so long for a server that has never been seen. */
const FIRST_LIST_MS = 10_000

/** All configured servers. */
export class McpServers {
  #servers: readonly McpServer[]
  #kept: StoredCatalogues
  #deps: McpServersDependencies
  /** Servers that were replaced, and end their calls. */
  #retiring = new Set<McpServer>()

  constructor(settings: readonly McpServerSetting[], deps: McpServersDependencies) {
    this.#deps = deps
    this.#kept = new StoredCatalogues(deps.stateDir)
    this.#servers = settings.map(setting => this.#serverOf(setting))
  }

  #serverOf(setting: McpServerSetting): McpServer {
    const { path, onTools, log } = this.#deps
    return new McpServer(setting, {
      connect: async (...given) => {
        const { Connection } = await import('./connection.ts')
        const [one, listeners, signal, isOld] = given
        const tokens = await this.#tokensOf(one)
        return await Connection.open(one, path, listeners, signal, isOld, tokens)
      },
      onTools: tools => {
        // A server that was replaced has no say any more.
        if (this.#servers.some(one => one.setting === setting)) onTools(setting.name, tools)
      },
      keep: listed => this.#kept.write(setting.name, listed),
      log: log.child({ mcpServer: setting.name }),
    })
  }

  async #tokensOf({ name, transport }: McpServerSetting): Promise<ServerTokens | undefined> {
    if (transport.kind !== 'http' || transport.oauth === undefined) return undefined
    const [{ OAuthFile }, { serverTokens }] = await Promise.all([
      import('./oauth-file.ts'),
      import('./oauth-provider.ts'),
    ])
    const { stateDir, onSecrets } = this.#deps
    return serverTokens(
      name,
      transport.oauth,
      new OAuthFile(stateDir, name, transport.url),
      onSecrets,
    )
  }

  /**
   * Puts another list in force: servers that have changed are connected to anew, those that are not
   * there any more are closed, and the others stay as they are. Open calls of a server that goes may
   * end.
   *
   * @returns the names of servers that are not there any more
   */
  replace(settings: readonly McpServerSetting[]): readonly string[] {
    const before = this.#servers.map(({ setting }) => setting)
    const { removed, changed } = changedEntries(before, settings)
    const fresh = new Map(changed.map(setting => [setting.name, this.#serverOf(setting)]))
    const left = this.#servers.filter(
      ({ setting: { name } }) => removed.includes(name) || fresh.has(name),
    )
    this.#servers = settings.map(
      ({ name }) =>
        fresh.get(name) ?? (this.#servers.find(one => one.setting.name === name) as McpServer),
    )
    for (const server of left) {
      this.#retiring.add(server)
      void server.retire().finally(() => this.#retiring.delete(server))
    }
    for (const server of fresh.values()) server.start()
    return removed
  }

  /** Takes the lists that an earlier daemon has kept. */
  async restore(): Promise<void> {
    await Promise.all(
      this.#servers.map(async server => {
        const listed = await this.#kept.read(server.setting.name)
        if (listed !== undefined) await server.take(listed)
      }),
    )
  }

  /** Connects to all of them at once, and stays connected. */
  start(): void {
    for (const server of this.#servers) server.start()
  }

  /**
   * Resolves when each server that a program may mean has listed its tools once, has failed, or
   * takes too long: right after its first start a daemon does not know them yet.
   *
   * @param mayMean whether a program may mean a server; absent: it may mean each
   */
  async listed(mayMean: (server: string) => boolean = () => true): Promise<void> {
    const unknown = this.#servers.filter(
      server => isUnknown(server) && mayMean(server.setting.name),
    )
    if (unknown.length === 0) return
    await within(Promise.all(unknown.map(untilKnown)), FIRST_LIST_MS, () => {})
  }

  /**
   * Tools in place of those that a program calls of servers that have never been seen: a call says
   * why it is not possible.
   *
   * @param mayUse whether the program's caller may use a tool of a name
   */
  unseen(source: string, mayUse: (tool: string) => boolean): readonly Tool[] {
    return this.#servers
      .filter(({ isListed }) => !isListed)
      .flatMap(server => {
        const { what, setting } = server
        const unseen = { what, name: setting.name, unavailable: () => server.unavailable() }
        return unseenTools(unseen, source).filter(({ name }) => mayUse(name))
      })
  }

  /** The states of all servers. */
  get facts(): McpServerFacts[] {
    return this.#servers.map(({ setting, state, toolCount, reconnects }) => ({
      name: setting.name,
      state: state.kind,
      ...(state.kind === 'unavailable' && { reason: state.reason }),
      ...(state.kind === 'connected' &&
        state.protocolVersion !== undefined && { protocolVersion: state.protocolVersion }),
      tools: toolCount,
      reconnects,
    }))
  }

  /** Closes all connections and ends the processes. */
  async close(): Promise<void> {
    const servers = [...this.#servers, ...this.#retiring]
    await Promise.all(servers.map(server => server.close()))
  }
}

const isUnknown = ({ isListed, state }: McpServer) => !isListed && state.kind === 'connecting'

async function untilKnown(server: McpServer): Promise<void> {
  while (isUnknown(server)) await server.changed
}
