/** A server of the protocol for one caller: over one request, one session or one pipe. */

import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import { packageVersion } from '../../base/version.ts'
import type { McpBackend } from './backend.ts'
import { callTool } from './call-tool.ts'
import { TASKS_EXTENSION } from './client-abilities.ts'
import { addPrompts } from './prompts.ts'
import { addResources } from './resources.ts'
import { addTasks } from './tasks.ts'
import { toolList } from './tool-list.ts'

/** Which of the two ways of the protocol a server speaks: with sessions, or without. */
export type Era = 'legacy' | 'modern'

const INSTRUCTIONS =
  'Runs programs over many tools: one program does the work of many tool calls, and may wait for a person for days. When an answer says waiting or running, go on with wait, not with the program again.'

/** The lists whose changes its clients are notified of. */
export interface NotifiedLists {
  readonly tools: boolean
  readonly resources: boolean
}

/** Makes a server that answers for a caller. */
export function makeServer(
  backend: McpBackend,
  era: Era,
  notified: NotifiedLists = { tools: false, resources: false },
): Server {
  const server = new Server(
    { name: 'latchd', version: packageVersion() },
    {
      capabilities: {
        tools: notified.tools ? { listChanged: true } : {},
        resources: notified.resources ? { listChanged: true } : {},
        prompts: {},
        ...(era === 'modern' && { extensions: { [TASKS_EXTENSION]: {} } }),
      },
      instructions: INSTRUCTIONS,
      // Questions are put to a client of the older way one by one, so that one without an answer
      // leaves the handle.
      inputRequired: { legacyShim: false },
    },
  )
  server.setRequestHandler('tools/list', async () => ({ tools: await toolList(backend) }))
  // Not as a handler of the library: that would give a task the content of a result.
  server.fallbackRequestHandler = async ({ method, params = {} }, context) => {
    if (method !== 'tools/call') {
      throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found')
    }
    const { name, arguments: input } = params
    return { ...(await callTool(String(name), input, { server, backend, context })) }
  }
  addResources(server, backend)
  addPrompts(server, backend)
  if (era === 'modern') addTasks(server, backend)
  return server
}
