/** Which tools the programs of a caller may use. */

import { Toolbox } from '../../executor/tools/toolbox.ts'
import { inTurns } from '../../protocol/base/in-turns.ts'
import type { ClientTools } from '../../protocol/connect/client-tool.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { limitTable } from '../../protocol/limits.ts'
import { wordOf } from '../../protocol/tool/identifier.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { governed } from '../auth/asking-tool.ts'
import type { KnownCaller } from '../auth/tokens.ts'
import type { RouteDependencies } from './dependencies.ts'

type ToolDependencies = Pick<RouteDependencies, 'tools' | 'sources' | 'connections'>

/**
 * The daemon's tools that the caller may use, and those that clients of its token serve: at other
 * daemons too, as far as `Connections.learnServed` has read them.
 */
export function callerTools(
  { tools, connections }: ToolDependencies,
  caller: KnownCaller,
  callMs: number = limitTable.callMs.default,
): Toolbox {
  const own = ownTools(tools.current, caller)
  const served = connections.served.of(caller.name)
  if (served.length === 0) return own
  return new Toolbox([...own.tools, ...served.map(binding => connections.tool(binding, callMs))])
}

/** The tools of a set that a caller may see: chosen once, since there may be thousands. */
const seen = new WeakMap<Toolbox, WeakMap<KnownCaller, Toolbox>>()

function ownTools(toolbox: Toolbox, caller: KnownCaller): Toolbox {
  const known = seen.get(toolbox) ?? new WeakMap<KnownCaller, Toolbox>()
  seen.set(toolbox, known)
  const before = known.get(caller)
  if (before !== undefined) return before
  const allowed = toolbox.tools.filter(tool => caller.mayUse(tool.name))
  const tools = governed(allowed, caller.policy === undefined ? [] : [caller.policy])
  const isAll =
    tools.length === toolbox.tools.length && tools.every((tool, i) => tool === toolbox.tools[i])
  const own = isAll ? toolbox : new Toolbox(tools)
  known.set(caller, own)
  return own
}

/** The tools that a request names. */
export interface RequestedTools {
  readonly source: string
  readonly tools?: readonly string[] | undefined
  readonly clientTools?: ClientTools | undefined
  readonly limits?: { readonly callMs?: number | undefined } | undefined
}

/**
 * The tools of an execution: all of the caller's, or those that the request names, and the tools
 * that its client runs itself. A client tool replaces another tool of its name.
 *
 * @throws {LatchdError} `UNKNOWN_TOOL`, `INVALID_REQUEST` for an invalid tool of the client
 */
export async function visibleTools(
  deps: ToolDependencies,
  caller: KnownCaller,
  { source, tools: names, clientTools, limits }: RequestedTools,
): Promise<Toolbox> {
  await deps.sources.listed(name => mayMean(name, source, names))
  await deps.connections.learnServed(caller.name)
  const callMs = limits?.callMs ?? limitTable.callMs.default
  const known = callerTools(deps, caller, callMs)
  const unseen = deps.sources.unseen(source, caller.mayUse)
  const all = unseen.length === 0 ? known : known.with(unseen)
  const chosen = names === undefined ? all : all.select(names)
  if (clientTools === undefined) return chosen
  const { clientId, setId = '', tools } = clientTools
  function* read() {
    const own: Tool[] = []
    for (const [i, tool] of tools.entries()) {
      const binding = { owner: caller.name, clientId, setId, tool }
      own.push(readable(i, () => deps.connections.tool(binding, callMs)))
      yield
    }
    return own
  }
  // Reading tools compiles their schemas, which takes a while where there are many.
  const own = await inTurns(read())
  return readable(undefined, () => chosen.with(own))
}

/** Whether a program may call a tool of a server or document, as far as its text shows. */
function mayMean(server: string, source: string, names: readonly string[] | undefined): boolean {
  if (names !== undefined) return names.some(name => name.startsWith(`${server}.`))
  return source.includes(server) || source.includes(wordOf(server)) || /\b\w*tools\b/.test(source)
}

function readable<T>(place: number | undefined, read: () => T & (Tool | Toolbox)): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof LatchdError && error.code === 'TOOL_INVALID')) throw error
    const pointer = `/clientTools/tools${place === undefined ? '' : `/${place}`}`
    const errors = [{ pointer, detail: error.message }]
    throw new LatchdError('INVALID_REQUEST', error.message, { errors, cause: error })
  }
}
