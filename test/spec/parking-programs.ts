/**
 * Random programs of what a park may upset: calls of every form, timers, randomness, the clock,
 * streams, errors.
 *
 * A program logs and returns values, and nothing that differs from one run to the next: what it reads
 * of the clock it logs twice, before a call and after, in lines that begin with `clock`.
 */

import fc from 'fast-check'
import type { RequestedLimits } from '../../protocol/execution/execution.ts'

export interface ParkingProgram {
  readonly source: string
  readonly limits: RequestedLimits
  /** Whether a timer and a call race in it, so that only a replay has to have the same end. */
  readonly isTimed: boolean
}

interface Statement {
  readonly text: string
  readonly isTimed?: boolean
}

/** Less than what a program sends when it means to send too much. */
const MAX_CALL_BYTES = 500
/** A program that waits for an answer in vain ends with the test. */
const WALL_MS = 15_000

const n = fc.nat(4)
const list = fc.array(fc.nat(9), { minLength: 1, maxLength: 3 })
const tool = fc.constantFrom('echo', 'read')
const delayMs = fc.integer({ min: 1, max: 4 })
const tooLarge = `'x'.repeat(${MAX_CALL_BYTES + 1})`

const text = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<Statement> =>
  arbitrary.map(text => ({ text }))

/** One of each is a call, a failing one, or one whose arguments are refused. */
const operand = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(tool, n).map(([tool, n]) => `${tool}(${n})`) },
  { weight: 1, arbitrary: n.map(n => `fail('m${n}')`) },
  { weight: 1, arbitrary: fc.constant(`echo(${tooLarge})`) },
)
const operands = fc.array(operand, { minLength: 1, maxLength: 4 }).map(all => all.join(', '))

const statement: fc.Arbitrary<Statement> = fc.oneof(
  text(fc.tuple(tool, n).map(([tool, n]) => `note(${tool}(${n}))`)),
  text(n.map(n => `note(await echo(${n}))`)),
  text(n.map(n => `let sum = 0; for (let i = 0; i < ${n}; i++) sum += echo(i); note(sum)`)),
  text(
    fc
      .tuple(fc.constantFrom('all', 'allSettled', 'any', 'race'), operands)
      .map(
        ([how, calls]) =>
          `try { note(await Promise.${how}([${calls}])) } catch (error) { noteError(error) }`,
      ),
  ),
  text(list.map(list => `note(echo.map(${JSON.stringify(list)}))`)),
  text(
    fc
      .tuple(n, n)
      .map(
        ([a, b]) =>
          `note(parallel([[echo, ${a}], [read, ${b}], [fail, 'm']], { settle: true }).map(kindOf))`,
      ),
  ),
  text(
    list.map(
      list => `const twice = async n => { note(echo(n)); const more = await read(n + 1); note(more); return n + more }
note(await Promise.all(${JSON.stringify(list)}.map(twice)))`,
    ),
  ),
  text(list.map(list => `note(${JSON.stringify(list)}.sort((a, b) => read(a) - read(b)))`)),
  text(
    n.map(
      n => `function* asked() { for (let i = 0; i < ${n}; i++) yield echo(i) }; note([...asked()])`,
    ),
  ),
  text(fc.constant('note(echo(Math.random()), Math.random(), crypto.randomUUID())')),
  text(
    n.map(
      n => `const bytes = crypto.getRandomValues(new Uint8Array(4)); note(echo(${n}), [...bytes])`,
    ),
  ),
  text(
    tool.map(
      tool => `const at = Date.now(), since = performance.now()
console.log('clock', at, since); ${tool}(1); console.log('clock again', at, since)
note(Date.now() >= at, performance.now() >= since, new Date() >= new Date(at))`,
    ),
  ),
  text(delayMs.map(ms => `await new Promise(done => setTimeout(done, ${ms})); note('later')`)),
  text(
    fc.constant(`const never = setTimeout(() => note('never'), 1000); note(echo(1)); clearTimeout(never)
const order = []; await new Promise(done => setTimeout(() => { order.push(1); setTimeout(done, 1) }, 1)); note(order)`),
  ),
  text(
    fc.constant(`let ticks = 0
await new Promise(done => { const id = setInterval(() => { if (++ticks === 3) { clearInterval(id); done() } }, 1) })
note(ticks)`),
  ),
  text(
    fc
      .tuple(n, n, fc.constantFrom('for', 'for await'))
      .map(
        ([size, last, loop]) =>
          `${loop} (const item of count(${size})) { note(item); if (item === ${last}) break; if (item % 3 === 0) note(read(item)) }`,
      ),
  ),
  text(
    fc.tuple(n, n).map(
      ([
        a,
        b,
      ]) => `const read2 = async size => { let sum = 0; for await (const item of count(size)) sum += item; return sum }
note(await Promise.all([read2(${a}), read2(${b})]))`,
    ),
  ),
  text(
    n.map(
      n =>
        `try { note(echo(${n})); fail('m${n}') } catch (error) { noteError(error); note(read(${n})) } finally { note(echo('finally')) }`,
    ),
  ),
  text(fc.constant(`try { echo(${tooLarge}) } catch (error) { noteError(error) }`)),
  text(n.map(n => `console.log('line ${n}'); console.error({ n: ${n} })`)),
  fc.tuple(operands, delayMs).map(([calls, ms]) => ({
    isTimed: true,
    text: `const timer = new Promise(done => setTimeout(done, ${ms}, 'timer'))
try { note(await Promise.race([timer, ${calls}])) } catch (error) { noteError(error) }`,
  })),
)

const ending = fc.oneof(
  fc.constant('noted'),
  fc.constant('return noted'),
  fc.constant('final_answer(noted)'),
  fc.constant(`throw new RangeError('the end')`),
  fc.constant(`fail('uncaught')`),
  fc.constant(`await Promise.all([echo(1), fail('uncaught'), read(2)])`),
  fc.constant(`echo(1).then(note); read(2).then(note); noted`),
  fc.constant(`fail('unhandled').then(note); noted`),
  fc.constant('await new Promise(() => {})'),
)

const HEAD = `const noted = []
const note = (...values) => { noted.push(values); console.log(...values) }
const noteError = ({ name, message, code, tool, errors }) => note(name, message, code, tool, errors?.length)
const kindOf = ({ status, value, reason }) => [status, value, reason?.message]
`

export const parkingProgram: fc.Arbitrary<ParkingProgram> = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 2 }), ending, fc.constantFrom(1, 2, 32))
  .map(([statements, ending, maxConcurrentCalls]) => ({
    source: `${HEAD}${statements.map(({ text }) => `{ ${text} }\n`).join('')}${ending}`,
    limits: { maxConcurrentCalls, maxCallBytes: MAX_CALL_BYTES, wallMs: WALL_MS },
    isTimed: statements.some(({ isTimed }) => isTimed),
  }))
