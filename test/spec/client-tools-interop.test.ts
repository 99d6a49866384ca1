/** Tools made for other libraries, unchanged, as tools of a client. */

import { tool as agentsTool } from '@openai/agents-core'
import { tool as aiTool, jsonSchema } from 'ai'
import { zodFunction } from 'openai/helpers/zod'
import t from 'tap'
import { z } from 'zod'
import { Latchd, type ToolSet } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'

const { url } = await testDaemon(t)
const latchd = new Latchd({ url })
t.teardown(() => latchd.close())

const parameters = z.object({ city: z.string() })
const description = 'Says how warm it is'
const warm = ({ city }: { city: string }) => ({ city, degrees: city.length })

const makers: Record<string, ToolSet> = {
  'the AI SDK, with zod': {
    weather: aiTool({ description, inputSchema: parameters, execute: async input => warm(input) }),
  },
  'the AI SDK, with jsonSchema()': {
    weather: aiTool({
      description,
      inputSchema: jsonSchema<{ city: string }>({
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      }),
      execute: async input => warm(input),
    }),
  },
  'OpenAI Agents': [
    agentsTool({ name: 'weather', description, parameters, execute: async input => warm(input) }),
  ],
  "openai's zodFunction": [
    zodFunction({ name: 'weather', description, parameters, function: input => warm(input) }),
  ],
  'MCP, with its result of content blocks': [
    {
      name: 'weather',
      description,
      inputSchema: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      },
      annotations: { title: 'Weather', readOnlyHint: true },
      handler: async (input: { city: string }) => ({
        content: [{ type: 'text', text: JSON.stringify(warm(input)) }],
      }),
    },
  ],
  'smolagents, with forward': [
    {
      name: 'weather',
      description,
      inputs: { city: { type: 'string', description: 'where' } },
      output_type: 'object',
      forward: (city: string) => warm({ city }),
    },
  ],
}

for (const [maker, tools] of Object.entries(makers)) {
  t.test(`a tool of ${maker} runs in the client`, async t => {
    const source = `const seen = [weather('Oslo'), weather({ city: 'Rome!' }).degrees]
try { weather(7) } catch (error) { seen.push(error.code) }
seen`
    const outcome = await latchd.execute({ source, tools })
    t.strictSame(outcome.output, [{ city: 'Oslo', degrees: 4 }, 5, 'TOOL_INPUT_INVALID'])
  })
}

t.test('a plain function is a tool with positional arguments', async t => {
  function weather(city: string, scale = 'C') {
    return `${city.length} ${scale}`
  }
  const source = `[weather('Oslo'), weather('Oslo', 'F')]`
  t.strictSame((await latchd.execute({ source, tools: [weather] })).output, ['4 C', '4 F'])
  t.strictSame((await latchd.execute({ source, tools: { weather } })).output, ['4 C', '4 F'])
})

t.test('a result of MCP that is an error throws its text', async t => {
  const fail = {
    name: 'fail',
    description: '',
    handler: async () => ({ isError: true, content: [{ type: 'text', text: 'no such city' }] }),
  }
  const source = 'try { fail() } catch (error) { error.message }'
  t.equal((await latchd.execute({ source, tools: [fail] })).output, 'no such city')
})
