/** A fixed set of tools as one execution sees it, with their descriptions for its guest. */

import './json-schemas.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { isJavaScriptPattern } from '../../protocol/json-schema/pattern-dialect.ts'
import type { ArgumentRules } from '../../protocol/tool/argument-rules.ts'
import { checkToolName } from '../../protocol/tool/identifier.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { type ToolGlobals, toolGlobals } from '../../protocol/tool/tool-globals.ts'
import type { GuestRules } from '../guest/host/arguments.ts'
import type { GuestTool } from '../guest/host/tools.ts'

/** An immutable set of tools with distinct names. */
export class Toolbox {
  readonly tools: readonly Tool[]
  /** How programs write the tools. */
  readonly globals: ToolGlobals
  #byName: ReadonlyMap<string, Tool>
  /** JSON of the guest's list, written once for all executions that share the set. */
  readonly guestTools: string

  /**
   * @throws {LatchdError} `TOOL_INVALID` when two tools have the same name, or one has a name that
   *   no program could use
   */
  constructor(tools: readonly Tool[]) {
    checkNames(tools)
    this.tools = tools
    this.#byName = new Map(tools.map(tool => [tool.name, tool]))
    this.globals = toolGlobals(tools)
    this.guestTools = JSON.stringify(guestList(tools, this.globals))
  }

  /** The tools with these names, in this order. @throws {LatchdError} `UNKNOWN_TOOL` */
  select(names: readonly string[]): Toolbox {
    return new Toolbox([...new Set(names)].map(name => this.get(name)))
  }

  find(name: string): Tool | undefined {
    return this.#byName.get(name)
  }

  /** @throws {LatchdError} `UNKNOWN_TOOL` */
  get(name: string): Tool {
    const tool = this.find(name)
    if (tool !== undefined) return tool
    const known = this.tools.map(tool => tool.name).join(', ') || 'none'
    throw new LatchdError(
      'UNKNOWN_TOOL',
      `Cannot use tool "${name}": no tool has that name; there are: ${known}`,
    )
  }

  /** Adds tools in front. They replace those of this set that have the same name. */
  with(more: readonly Tool[]): Toolbox {
    const names = new Set(more.map(tool => tool.name))
    return new Toolbox([...more, ...this.tools.filter(tool => !names.has(tool.name))])
  }
}

function checkNames(tools: readonly Tool[]): void {
  const names = new Set<string>()
  for (const tool of tools) {
    const { name } = tool
    checkToolName(tool)
    if (names.has(name))
      throw new LatchdError('TOOL_INVALID', `Cannot register tool "${name}" twice`)
    names.add(name)
  }
}

function guestList(tools: readonly Tool[], { names }: ToolGlobals): GuestTool[] {
  return tools.map(({ name, inputForm, parameters, rules }, i): GuestTool => {
    const { identifier, member } = names[i] as ToolGlobals['names'][number]
    const global = identifier ?? null
    const accepted = inputForm === 'record' ? parameters : null
    const sent = accepted === null || rules === undefined ? null : guestRules(rules)
    if (member !== undefined) {
      const { namespace, key = null } = member
      return [name, global, accepted, sent, [namespace, member.name, key]]
    }
    return sent === null ? [name, global, accepted] : [name, global, accepted, sent]
  })
}

function guestRules(rules: ArgumentRules): GuestRules {
  const { isOpen, takesObject, needsObject, required, others, patterns } = rules
  const readable = patterns.filter(isJavaScriptPattern)
  // A pattern that cannot be tested here may fit any key.
  const isBlind = readable.length < patterns.length
  return [isOpen || isBlind, takesObject, needsObject, required, others, readable]
}
