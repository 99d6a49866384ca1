/** The tools of an agent: its app's own, other agents, and those of its executor. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Executor, ToolLike, ToolSet } from '../../protocol/execution/executor.ts'
import { checkToolName } from '../../protocol/tool/identifier.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { describeTool, type Tool } from '../../protocol/tool/tool.ts'
import { toolEntries } from '../../protocol/tool/tool-set.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'

/** Something that can be handed on as a tool: an agent, above all. */
export interface ToolSource {
  asTool(options?: { readonly name?: string }): ToolLike
}

/** The tools of one step. */
export interface StepTools {
  readonly descriptors: readonly ToolDescriptor[]
  /** The set for the executor; absent: all of its tools. */
  readonly set: ReadonlyArray<Tool | string> | undefined
}

/** The tools of one agent, normalized and with checked names. */
export class AgentTools {
  /** By name; `undefined` for a tool of the executor's. */
  readonly #chosen = new Map<string, Tool | undefined>()
  readonly #hasAll: boolean
  readonly #executor: Executor | undefined
  #known: Promise<readonly ToolDescriptor[]> | undefined

  /** @param set everything that the executor has when absent */
  constructor(set: ToolSet | undefined, executor: Executor | undefined) {
    this.#executor = executor
    this.#hasAll = set === undefined && executor !== undefined
    this.add(set === undefined ? [] : set)
  }

  /** Adds tools; one with a known name replaces that tool. @throws {LatchdError} `TOOL_INVALID` */
  add(set: ToolSet): void {
    for (const [key, like] of toolEntries(set)) this.#addOne(like, key)
    this.forget()
  }

  #addOne(like: ToolLike | string, key: string | undefined): void {
    if (typeof like === 'string') {
      if (this.#executor === undefined) {
        const message = `Cannot use tool "${like}" by its name: the agent has no executor that could know it`
        throw new LatchdError('TOOL_INVALID', message)
      }
      this.#chosen.set(like, undefined)
      return
    }
    const isSource = typeof (like as Partial<ToolSource>)?.asTool === 'function'
    const source = like as ToolSource
    const tool = isSource
      ? normalizeTool(source.asTool(key === undefined ? {} : { name: key }))
      : normalizeTool(like, key)
    // Refused now, and not when the first program runs.
    checkToolName(tool)
    this.#chosen.set(tool.name, tool)
  }

  /** The chosen tools as a set. */
  chosen(): ReadonlyArray<Tool | string> {
    return Array.from(this.#chosen, ([name, tool]) => tool ?? name)
  }

  /** Forgets the executor's tools; the next step asks for them again. */
  forget(): void {
    this.#known = undefined
  }

  /** The tools as they are now. @throws {LatchdError} `UNKNOWN_TOOL` */
  async forStep(): Promise<StepTools> {
    const chosen = [...this.#chosen]
    const asksExecutor = this.#hasAll || chosen.some(([, tool]) => tool === undefined)
    const known = asksExecutor ? await this.#askExecutor() : []
    const own = chosen.map(([name, tool]) => (tool ? describeTool(tool) : find(known, name)))
    if (!this.#hasAll) return { descriptors: own, set: this.chosen() }
    const others = known.filter(({ name }) => !this.#chosen.has(name))
    return {
      descriptors: [...own, ...others],
      set: chosen.length === 0 ? undefined : [...this.chosen(), ...others.map(({ name }) => name)],
    }
  }

  /** The app's own tool of this name, for an agent that calls its tools itself. */
  find(name: string): Tool | undefined {
    return this.#chosen.get(name)
  }

  #askExecutor(): Promise<readonly ToolDescriptor[]> {
    this.#known ??= (this.#executor as Executor).tools()
    const asked = this.#known
    // After a failure the executor is asked again.
    asked.catch(() => {
      if (this.#known === asked) this.forget()
    })
    return asked
  }
}

function find(known: readonly ToolDescriptor[], name: string): ToolDescriptor {
  const descriptor = known.find(tool => tool.name === name)
  if (descriptor !== undefined) return descriptor
  const names = known.map(tool => tool.name).join(', ') || 'none'
  throw new LatchdError(
    'UNKNOWN_TOOL',
    `Cannot use tool "${name}": the executor has no tool of that name; there are: ${names}`,
  )
}
