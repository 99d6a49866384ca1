/** The tool of the executions that wait in great numbers. */

export default {
  name: 'look_up',
  description: 'The next whole number',
  inputSchema: { type: 'object', properties: { n: { type: 'number' } } },
  annotations: { readOnly: true },
  execute: async ({ n }: { n: number }) => n + 1,
}
