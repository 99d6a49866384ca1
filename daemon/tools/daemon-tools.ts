/** The tools of a daemon: those that it has from its start, and those of sources, which
 * change: servers, documents, the configuration. */

import { Toolbox } from '../../executor/tools/toolbox.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { governed } from '../auth/asking-tool.ts'
import { type PolicyRule, toolPolicy } from '../auth/tool-policy.ts'

/** Where the tools of the present are. */
export interface ToolboxSource {
  readonly current: Toolbox
}

/** The tools of a daemon, under its policy. */
export class DaemonTools implements ToolboxSource {
  #own: readonly Tool[]
  #ofSources = new Map<string, readonly Tool[]>()
  #decide: Parameters<typeof governed>[1]
  #current: Toolbox
  #listeners: (() => void)[] = []

  /**
   * @param own tools that stay
   * @param rules the policy of the daemon
   * @throws {LatchdError} `TOOL_INVALID`
   */
  constructor(own: readonly Tool[], rules: readonly PolicyRule[] = []) {
    this.#own = own
    this.#decide = rules.length === 0 ? [] : [toolPolicy(rules)]
    this.#current = this.#read()
  }

  /** Calls a listener whenever the tools have changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Puts another policy of the daemon in force. */
  govern(rules: readonly PolicyRule[]): void {
    this.#decide = rules.length === 0 ? [] : [toolPolicy(rules)]
    this.#change()
  }

  /** Takes away the tools of a source. */
  remove(source: string): void {
    if (this.#ofSources.delete(source)) this.#change()
  }

  /** The tools of now: another object when they have changed. */
  get current(): Toolbox {
    return this.#current
  }

  /**
   * Replaces the tools of a source.
   *
   * @returns sentences about names that could not be had as they are
   */
  put(source: string, tools: readonly Tool[]): readonly string[] {
    const before = new Set(this.#current.globals.warnings)
    this.#ofSources.set(source, tools)
    this.#change()
    return this.#current.globals.warnings.filter(warning => !before.has(warning))
  }

  #change(): void {
    this.#current = this.#read()
    for (const listener of this.#listeners) listener()
  }

  #read(): Toolbox {
    const all = [...this.#own, ...[...this.#ofSources.values()].flat()]
    // Names of servers' tools begin with their server's. A tool of a module that has the same one
    // was there first.
    const byName = new Map<string, Tool>()
    for (const tool of all) if (!byName.has(tool.name)) byName.set(tool.name, tool)
    return new Toolbox(governed([...byName.values()], this.#decide))
  }
}
