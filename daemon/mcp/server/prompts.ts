/** The prompt `programs`: the rules of the language, and the functions that programs find. */

import { ProtocolError, ProtocolErrorCode, type Server } from '@modelcontextprotocol/server'
import { languageRules } from '../../../sdk/language-rules.ts'
import type { McpBackend } from './backend.ts'
import { catalogueText } from './catalogue-text.ts'

const NAME = 'programs'

/** Adds the requests about prompts to a server. */
export function addPrompts(server: Server, backend: McpBackend): void {
  server.setRequestHandler('prompts/list', () => ({
    prompts: [
      {
        name: NAME,
        title: 'How to write programs',
        description: 'The rules of the language of run_program, and the functions of programs',
      },
    ],
  }))
  server.setRequestHandler('prompts/get', async ({ params }) => {
    if (params.name !== NAME) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${params.name}`)
    }
    const { tools } = await backend.tools()
    const text = `To act, write a program and run it with run_program: one program does the work of many tool calls.\n\n${languageRules()}\n\n${catalogueText(tools)}`
    return { messages: [{ role: 'user', content: { type: 'text', text } }] }
  })
}
