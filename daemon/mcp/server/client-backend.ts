/** The backend of a server that speaks to a daemon as its client. */

import { ToolIndex } from '../../../executor/tools/tool-index.ts'
import type { Latchd } from '../../../sdk/latchd.ts'
import type { CallerTools, McpBackend } from './backend.ts'

/** Tools are asked for again after so long. */
const FRESH_MS = 10_000

/** Makes a backend of a client. @param freshMs milliseconds for which tools are not asked for again */
export function clientBackend(client: Latchd, freshMs: number = FRESH_MS): McpBackend {
  let info: ReturnType<Latchd['info']> | undefined
  let tools: { readonly own: Promise<CallerTools>; readonly atMs: number } | undefined
  const about = async () => {
    info ??= client.info()
    return await info.catch(error => {
      // The daemon may be starting: it is asked again.
      info = undefined
      throw error
    })
  }
  return {
    client,
    mayApprove: async () => {
      const { scopes } = await about()
      return scopes.includes('approve') || scopes.includes('admin')
    },
    languages: async () => (await about()).languages,
    tools: async () => {
      if (tools === undefined || performance.now() - tools.atMs >= freshMs) {
        tools = { own: readTools(client), atMs: performance.now() }
      }
      return await tools.own.catch(error => {
        tools = undefined
        throw error
      })
    },
    isStopping: () => false,
  }
}

async function readTools(client: Latchd): Promise<CallerTools> {
  const tools = await client.tools()
  return { tools, index: new ToolIndex(tools) }
}
