import { readdirSync } from 'node:fs'
import t from 'tap'
import { patience } from '../support/patience.ts'

// A key in the environment of whoever runs the tests would make the examples ask a real model.
delete process.env.OPENAI_API_KEY

const folder = new URL('../../sdk/examples/agents/', import.meta.url)

/** What each example prints; a number that a machine decides is an expression. */
const printed: Record<string, readonly (string | RegExp)[]> = {
  'agent-as-tool.ts': [
    'the program called weather_expert, weather_expert, weather_expert',
    'answer: London: rain; Paris: clouds; Tokyo: sun',
  ],
  'code-tool.ts': ['program gave: {"city":"Tokyo","celsius":24}', 'answer: Tokyo, with 24 °C.'],
  'concurrent-agents.ts': [
    'answer: main.ts is fine',
    'answer: pool.ts is fine',
    'answer: latch.ts is fine',
    /^three at once: [\d.]+ s, one after the other: [\d.]+ s$/,
  ],
  'fetch-then-approve.ts': [
    'log: Ada Lovelace is on the plan pro',
    'answer: APPROVED: delete /data/users/user_123 (risk: high)',
  ],
  'five-approvals.ts': [
    `answer: ${[1, 2, 3, 4, 5].map(n => `approved: action ${n}`).join(', ')}`,
    /^5 approvals of 100 ms in \d+ ms$/,
  ],
  'human-approval.ts': [
    'asked: human_approval {"action":"delete user account"}',
    'answer: approved: delete user account',
  ],
  'memory.ts': [
    'first: Ada Lovelace',
    'then: ada@example.com',
    'saved: 4 steps',
    'later: Ada Lovelace is on the plan pro',
  ],
  'mixed-tools.ts': ['answer: 4 pens cost 10.00 EUR'],
  'model-directly.ts': [
    'whole: Good morning. (tokens counted)',
    'in parts: one two three four five six seven eight nine ten',
    'three at once: Paris. Paris. Paris.',
  ],
  'planning.ts': [
    'plan:\n1. Fetch user_456 with fetch_user_data.\n2. Answer with their plan.',
    'answer: free',
    'answer at the limit (max-steps): Ada Lovelace and Grace Hopper; there may be more.',
  ],
  'rate-limit.ts': [/^two requests took [\d.]+ s$/, 'done meanwhile: other work'],
  'streaming.ts': [
    'step 1: First the weather in both cities.',
    '  called get_weather',
    '  called get_weather',
    '  log: 14 24',
    '  done',
    'step 2: Tokyo is warmer.',
    '  done, with the answer',
    'answer: Tokyo, by 10 °C (2 model calls)',
  ],
  'tool-calling.ts': [
    'step 1: get_weather({"city":"London"}) → {"city":"London","celsius":14,"sky":"rain"}',
    'step 1: get_weather({"city":"Tokyo"}) → {"city":"Tokyo","celsius":24,"sky":"sun"}',
    'step 1: celsius_to_fahrenheit({"celsius":14}) → 57.2',
    'step 2: final_answer({"answer":"London: rain, 57.2 °F; Tokyo: sun"}) → The answer was given.',
    'answer: London: rain, 57.2 °F; Tokyo: sun',
  ],
}

/** What two of them measure, in their own words. */
const numbersOf = (line: string | undefined) => (line?.match(/\d+\.?\d*/g) ?? []).map(Number)

async function run(file: string): Promise<string[]> {
  const { main } = await import(new URL(file, folder).href)
  const lines: string[] = []
  await main((line: string) => lines.push(line))
  return lines
}

t.test('every agent example is listed here', async t => {
  const files = readdirSync(folder).filter(file => file !== 'example-model.ts')
  t.strictSame(files.sort(), Object.keys(printed))
})

t.test('each agent example prints what it shows', async t => {
  t.jobs = 3
  for (const [file, lines] of Object.entries(printed)) {
    t.test(file, async t => {
      const got = await run(file)
      t.match(got, lines)
      t.equal(got.length, lines.length)
      if (file === 'concurrent-agents.ts') {
        const [atOnce = 0, oneByOne = 0] = numbersOf(got.at(-1))
        t.ok(atOnce < patience(oneByOne) && oneByOne >= 1.5, `${got.at(-1)}`)
      }
      if (file === 'five-approvals.ts') {
        const [, one = 0, all = 0] = numbersOf(got.at(-1))
        t.ok(all < patience(5 * one), `${got.at(-1)}`)
      }
      if (file === 'rate-limit.ts') t.ok((numbersOf(got[0])[0] as number) >= 0.9, `${got[0]}`)
    })
  }
})
