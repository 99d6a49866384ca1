/**
 * `search_tools` and `describe_tools`, which a program gets beside its tools when these are many.
 */

import { inTurns } from '../../protocol/base/in-turns.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import { declareTools } from '../../protocol/tool/declarations.ts'
import {
  describeToolsIn,
  MANY_TOOLS,
  searchToolsDescriptor,
} from '../../protocol/tool/many-tools.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { pythonStubs } from '../../protocol/tool/python/python-stubs.ts'
import { describeTool, type Tool } from '../../protocol/tool/tool.ts'
import { plainValue, ToolResult } from '../../protocol/tool/tool-result.ts'
import { ToolIndex } from './tool-index.ts'
import { Toolbox } from './toolbox.ts'

const DEFAULT_LIMIT = 10
/** Calls of each of the two tools in one execution: they take milliseconds of the host's thread. */
const MAX_CALLS_PER_EXECUTION = 100
/** Tools that one call describes at most. */
const MAX_DESCRIBED = 200

/** What `describe_tools` gives: what programs of a language read. */
type Form = 'typescript' | 'python'

const searchable = {
  typescript: new WeakMap<Toolbox, Toolbox>(),
  python: new WeakMap<Toolbox, Toolbox>(),
}

/**
 * Adds the two tools that search when there are more tools than {@link MANY_TOOLS}. A tool of the app
 * with the name of one of the two takes its place.
 *
 * @param language of the programs that see them
 */
export function withToolSearch(toolbox: Toolbox, language: Language): Toolbox {
  if (toolbox.tools.length <= MANY_TOOLS) return toolbox
  const form = language === 'python' ? 'python' : 'typescript'
  const known = searchable[form].get(toolbox)
  if (known !== undefined) return known
  const ours = toolSearch(toolbox.tools, () => both, form).filter(
    ({ name }) => toolbox.find(name) === undefined,
  )
  const both: Toolbox = new Toolbox([...toolbox.tools, ...ours])
  searchable[form].set(toolbox, both)
  // The new toolbox has the two tools already, and gets them no second time.
  searchable[form].set(both, both)
  return both
}

/** The tools of an execution that came with it: all but those that search them. */
export function withoutToolSearch(toolbox: Toolbox): readonly Tool[] {
  return toolbox.tools.filter(tool => !made.has(tool))
}

/** The tools that were made here. */
const made = new WeakSet<Tool>()

/** @param seen the tools that programs can see */
function toolSearch(tools: readonly Tool[], seen: () => Toolbox, form: Form): Tool[] {
  const index = new ToolIndex(tools)
  const ours = [
    normalizeTool({
      ...searchToolsDescriptor,
      maxCallsPerExecution: MAX_CALLS_PER_EXECUTION,
      execute: async ({ limit = DEFAULT_LIMIT, ...input }: SearchInput) => {
        const { tools, total, unmatched } = await index.search({ ...input, limit })
        const text = pageNote(tools.length, total, unmatched, input.offset)
        return new ToolResult({ value: tools, text, files: [], links: [] })
      },
    }),
    normalizeTool({
      ...describeToolsIn(form),
      maxCallsPerExecution: MAX_CALLS_PER_EXECUTION,
      execute: async (...names: unknown[]): Promise<string> => {
        const given = names.flat()
        if (given.length > MAX_DESCRIBED) throw tooMany(given.length)
        const found = given.map(name => find(seen(), name))
        const missing = found.indexOf(undefined)
        if (missing >= 0) throw await unknown(given[missing], index)
        const chosen = found.flat() as Tool[]
        if (chosen.length > MAX_DESCRIBED) throw tooMany(chosen.length)
        const described = chosen.map(describeTool)
        // Stubs of 200 tools take a millisecond, and need nothing of other tools.
        if (form === 'python') return pythonStubs(described, seen().tools)
        return await inTurns(declareTools(described, seen().tools))
      },
    }),
  ]
  const [search, describe] = ours as [Tool, Tool]
  const both = [withRaw(search), describe]
  for (const tool of both) made.add(tool)
  return both
}

/** A tool whose `tool(x)` returns the value alone, and `tool.raw(x)` the whole answer. */
function withRaw(tool: Tool): Tool {
  const { execute } = tool
  return {
    ...tool,
    execute: async (input, context) => plainValue(await execute(input, context)),
    executeRaw: execute,
  }
}

/** A tool by its name, or as programs write it; all of a namespace by the name of that. */
function find({ tools, globals }: Toolbox, name: unknown): Tool | readonly Tool[] | undefined {
  const byName = tools.find(tool => tool.name === name)
  if (byName !== undefined) return byName
  const written = globals.names.findIndex(
    ({ spelling, identifier }) => spelling === name || identifier === name,
  )
  if (written >= 0) return tools[written]
  const inside = tools.filter(({ namespace }) => namespace !== undefined && namespace === name)
  return inside.length === 0 ? undefined : inside
}

/** The input of `search_tools`. */
interface SearchInput {
  readonly query: string
  readonly namespace?: string
  readonly limit?: number
  readonly offset?: number
}

/** The note on a page of tools: what the page lacks. `search_tools.raw(…)` returns it. */
export function pageNote(
  count: number,
  total: number,
  unmatched: readonly string[],
  offset = 0,
): string {
  const rest = total - offset - count
  return [
    ...(unmatched.length === 0 ? [] : [`No tool has: ${unmatched.join(', ')}.`]),
    ...(rest > 0 ? [`${rest} more: offset ${offset + count}.`] : []),
  ].join(' ')
}

function tooMany(count: number): Error {
  const message = `Cannot describe ${count} tools at once: at most ${MAX_DESCRIBED}`
  return Object.assign(new RangeError(message), { code: 'LIMIT_EXCEEDED' satisfies ErrorCode })
}

async function unknown(name: unknown, index: ToolIndex): Promise<Error> {
  const near = typeof name === 'string' ? await index.search({ query: name, limit: 5 }) : undefined
  const names = near?.tools.map(tool => tool.name) ?? []
  const proposal = names.length === 0 ? 'search_tools finds names' : `like it: ${names.join(', ')}`
  const message = `Cannot describe ${JSON.stringify(name) ?? typeof name}: no tool has that name; ${proposal}`
  return Object.assign(new Error(message), { code: 'UNKNOWN_TOOL' satisfies ErrorCode })
}
