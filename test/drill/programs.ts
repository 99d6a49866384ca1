/** Programs of a drill, drawn from a seed: whatever happens to the daemon, each must complete. */

import type { Random } from '../soak/random.ts'

/** Tools that give one value for one effect. */
const plain = ['pay', 'wire', 'put', 'look', 'burst'] as const

const HEAD = `const out = []
const note = (tool, make) => { try { out.push([tool, make()]) } catch (error) { noteError(tool, error) } }
const noteError = (tool, { name, message, code }) => { out.push([tool, { name, message, code }]); console.log(tool, code) }
const settled = async (tool, call) => { try { out.push([tool, await call]) } catch (error) { noteError(tool, error) } }
`

type Statement = (random: Random) => string

const call: Statement = random => {
  const tool = random.oneOf(plain)
  return `note('${tool}', () => ${tool}(${random.below(9)}))`
}

const statements: readonly Statement[] = [
  call,
  call,
  call,
  random => {
    const tools = Array.from({ length: 2 + random.below(4) }, () => random.oneOf(plain))
    const calls = tools.map((tool, n) => `settled('${tool}', ${tool}.async(${n}))`)
    return `await Promise.all([${calls.join(', ')}])`
  },
  random => `for (const n of [1, 2, 3]) note('pay', () => pay(n + ${random.below(9)}))`,
  random => `note('put', () => put.map([1, 2, ${random.below(9)}]))`,
  random =>
    `try { for (const item of feed(${1 + random.below(5)})) out.push(['feed', item]) } catch (error) { noteError('feed', error) }`,
  random =>
    `try { for (const item of drip(${1 + random.below(4)})) out.push(['drip', item]) } catch (error) { noteError('drip', error) }`,
  random => `await new Promise(done => setTimeout(done, ${random.below(40)}))`,
  () => `console.log('seed', Math.random(), crypto.randomUUID()); console.log('at', Date.now())`,
  random => `out.push(['human_approval', human_approval('go on ${random.below(9)}?')])`,
  random => `note('sign', () => sign(${random.below(9)}))`,
  () => `await Promise.all([settled('sign', sign.async(1)), settled('pay', pay.async(2))])`,
  random => (random.below(4) === 0 ? 'sleep(1200)' : 'sleep(20)'),
]

export function drillProgram(random: Random): string {
  const count = 1 + random.below(5)
  const chosen = Array.from({ length: count }, () => random.oneOf(statements)(random))
  return `${HEAD}${chosen.join('\n')}\nreturn out`
}
