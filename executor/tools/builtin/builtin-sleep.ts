import { normalizeTool } from '../../../protocol/tool/normalize.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'

/** `sleep(ms)`: waits without using anything. Bounded by the execution's `wallMs` alone. */
export const sleepTool: Tool = {
  ...normalizeTool({
    name: 'sleep',
    description: 'Waits for so many milliseconds.',
    inputSchema: {
      type: 'object',
      properties: { ms: { type: 'number', minimum: 0, description: 'Milliseconds to wait' } },
      required: ['ms'],
      additionalProperties: false,
    },
    outputSchema: { type: 'null' },
    timeoutMs: 'none',
    annotations: { readOnly: true },
    execute: () => null,
  }),
  waitMs: input => (input as { ms: number }).ms,
}
