import { setLongTimeout } from '../long-timeout.ts'
import { normalizeTool } from './normalize.ts'

/** `sleep(ms)`: waits without using anything. Bounded by the execution's `wallMs` alone. */
export const sleepTool = normalizeTool({
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
  execute: ({ ms }: { ms: number }, { signal }: { signal: AbortSignal }) =>
    new Promise<null>((resolve, reject) => {
      const cancel = setLongTimeout(() => resolve(null), ms)
      signal.addEventListener('abort', () => {
        cancel()
        reject(signal.reason)
      })
    }),
})
