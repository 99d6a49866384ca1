/** Options of what an app makes: a misspelt one is refused, and what was meant is said. */

import t from 'tap'
import { createExecutor } from '../../executor/index.ts'
import { CodeAgent, ToolCallingAgent } from '../../sdk/agents/index.ts'
import { codeTool, Latchd } from '../../sdk/index.ts'
import { startExecutor } from '../support/executor.ts'

const model = { generate: async () => ({ text: 'done' }) }

t.test('a misspelt option is refused, with the name that was meant', async t => {
  const executor = startExecutor(t)
  const made: readonly [string, (options: never) => unknown, object, RegExp][] = [
    [
      'Latchd',
      options => new Latchd(options),
      { ur: 'http://127.0.0.1:1' },
      /no option ur; did you mean url\?/,
    ],
    ['Latchd', options => new Latchd(options), { clientID: 'a' }, /did you mean clientId\?/],
    [
      'createExecutor',
      options => createExecutor(options),
      { worker: 2 },
      /no option worker; did you mean workers\?/,
    ],
    [
      'createExecutor',
      options => createExecutor(options),
      { onAproval: () => undefined },
      /did you mean onApproval\?/,
    ],
    [
      'CodeAgent',
      options => new CodeAgent(options),
      { model, executor, maxStep: 2 },
      /did you mean maxSteps\?/,
    ],
    [
      'ToolCallingAgent',
      options => new ToolCallingAgent(options),
      { model, onAproval: () => undefined },
      /did you mean onApproval\?/,
    ],
    [
      'codeTool',
      options => codeTool(options),
      { executor, maxLogChar: 2 },
      /did you mean maxLogChars\?/,
    ],
    [
      'codeTool exec',
      options => codeTool(options),
      { executor, style: 'exec', inptus: {} },
      /did you mean inputs\?/,
    ],
    [
      'codeTool style',
      options => codeTool(options),
      { executor, style: 'exce' },
      /of the style "exce"/,
    ],
    [
      'no object',
      options => new Latchd(options),
      'http://127.0.0.1:1' as never,
      /an object of options is expected, not a string/,
    ],
  ]
  for (const [what, make, options, message] of made) {
    t.throws(() => make(options as never), { code: 'INVALID_REQUEST', message }, what)
  }
})

t.test('an option that is undefined is absent', async t => {
  const options = { ur: undefined, url: 'http://127.0.0.1:1' }
  t.equal(new Latchd(options).url, options.url)
})

t.test('a misspelt option of a run is refused', async t => {
  const agent = new ToolCallingAgent({ model })
  const options = { maxStep: 1 }
  await t.rejects(agent.run('work', options as never), {
    code: 'INVALID_REQUEST',
    message: /maxSteps\?/,
  })
  t.equal(await agent.run('work', { maxSteps: 1 }), 'done')
})

t.test('what an app keeps beside the options is its own', async t => {
  const options = { model, baseURL: 'http://127.0.0.1:1', requests: [] }
  t.equal(await new ToolCallingAgent(options).run('work'), 'done')
})
