/** Which tools the programs of a caller may use. */

import { Toolbox } from '../../executor/tools/toolbox.ts'
import { inTurns } from '../../protocol/base/in-turns.ts'
import type { ClientTools } from '../../protocol/connect/client-tool.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { limitTable } from '../../protocol/limits.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { KnownCaller } from '../auth/tokens.ts'
import type { RouteDependencies } from './dependencies.ts'

type ToolDependencies = Pick<RouteDependencies, 'toolbox' | 'connections'>

/** The daemon's tools that the caller may use, and those that clients of its token serve. */
export function callerTools(
  { toolbox, connections }: ToolDependencies,
  caller: KnownCaller,
  callMs: number = limitTable.callMs.default,
): Toolbox {
  const allowed = toolbox.tools.filter(tool => caller.mayUse(tool.name))
  const served = connections.served.of(caller.name)
  if (served.length === 0 && allowed.length === toolbox.tools.length) return toolbox
  return new Toolbox([...allowed, ...served.map(binding => connections.tool(binding, callMs))])
}

/** The tools that a request names. */
export interface RequestedTools {
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
  { tools: names, clientTools, limits }: RequestedTools,
): Promise<Toolbox> {
  const callMs = limits?.callMs ?? limitTable.callMs.default
  const all = callerTools(deps, caller, callMs)
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
  // Their schemas are compiled, which takes a while where there are many.
  const own = await inTurns(read())
  return readable(undefined, () => chosen.with(own))
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
