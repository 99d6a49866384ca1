/**
 * Programs of a session that are torn down at every wait leave what they would have left unparked.
 *
 * The suite runs some random sessions; `npm run drill -- --programs 1000` runs as many as programs.
 */

import { env } from 'node:process'
import fc from 'fast-check'
import t from 'tap'
import { createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import type { Executor, Outcome } from '../../protocol/execution/executor.ts'
import { openExecutor } from '../support/executor.ts'
import { isolation } from '../support/isolation.ts'

/** Random ones. */
const SESSIONS = Number(env.PARKING_PROGRAMS ?? 12)
const LANES = 4

const tools = {
  echo: async (value: unknown) => value,
  fail: async (message: string) => {
    throw new RangeError(message)
  },
}

const name = fc.constantFrom('a', 'b', 'c')
const n = fc.nat(9)

/** Each stands at the top level of a program, and may use what an earlier program has left. */
const statement = fc.oneof(
  fc.tuple(name, n).map(([name, n]) => `let ${name} = echo(${n})`),
  fc.tuple(name, n).map(([name, n]) => `const ${name} = { n: echo(${n}), at: new Date(${n}) }`),
  fc.tuple(name, n).map(([name, n]) => `var ${name} = new Map([[echo('k'), ${n}]])`),
  fc
    .tuple(name, n)
    .map(
      ([name, n]) =>
        `function ${name}(more) { return [${n}, more, echo(more)] }; ${name}.count = echo(${n})`,
    ),
  fc
    .tuple(name, n)
    .map(
      ([name, n]) =>
        `class ${name} { #n = echo(${n}); static made = 0; add(m) { ${name}.made++; return this.#n += echo(m) } }; globalThis.one = new ${name}()`,
    ),
  fc
    .tuple(name, n)
    .map(
      ([name, n]) =>
        `const ${name} = (() => { let held = echo(${n}); return () => held += echo(1) })()`,
    ),
  name.map(name => `console.log(typeof ${name} === 'undefined' ? 'none' : ${name})`),
  name.map(
    name => `try { console.log(${name}(echo(2))) } catch (error) { console.log(error.name) }`,
  ),
  n.map(n => `console.log(globalThis.one?.add?.(${n}))`),
  n.map(n => `console.log(await Promise.all([echo(${n}), echo.map([${n}, 1])]))`),
  n.map(n => `fail('m${n}')`),
  n.map(n => `globalThis.waiting ??= []; waiting.push(echo(${n})); console.log(waiting)`),
)

const program = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 4 }), name)
  .map(([statements, last]) => `${statements.join('\n')}\ntypeof ${last}`)

const session = fc.array(program, { minLength: 2, maxLength: 4 })

async function runSession(executor: Executor, programs: readonly string[]): Promise<Outcome[]> {
  const session = await executor.sessions.create()
  const ended: Outcome[] = []
  for (const source of programs) ended.push(await session.execute({ source }))
  await session.delete()
  return ended
}

function endedAs({ status, outputForms, logs, ...rest }: Outcome) {
  const error = 'error' in rest ? rest.error : undefined
  return { status, outputForms, error, texts: logs.map(({ level, text }) => [level, text]) }
}

t.test('random programs of a session give what they give unparked', async t => {
  const unparked = openExecutor(t, { tools, workers: 1 })
  const parking = createParkingExecutor({ tools, workers: 1, isolation })
  t.teardown(() => parking.close())
  let resumes = 0
  let failures = 0
  const compare = async (programs: readonly string[]) => {
    const [theirs, ours] = await Promise.all([
      runSession(unparked, programs),
      runSession(parking, programs),
    ])
    for (const { usage, status } of ours) {
      resumes += usage.resumes
      failures += status === 'failed' ? 1 : 0
    }
    t.strictSame(ours.map(endedAs), theirs.map(endedAs), { programs })
  }
  const waiting = fc.sample(session, SESSIONS).values()
  const lane = async () => {
    for (const programs of waiting) await compare(programs)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  t.ok(resumes > SESSIONS, `${resumes} resumes, ${failures} programs failed`)
})
