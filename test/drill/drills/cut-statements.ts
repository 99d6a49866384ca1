/**
 * Each operation of the store of several daemons, with its connection lost at each of its statements:
 * before the server has it, and when it has carried it out. The answer, and every row that is there
 * afterwards, are those of the same operation with a connection that stays.
 */

import { isDeepStrictEqual } from 'node:util'
import { PostgresServer } from '../../support/postgres.ts'
import { type Cut, cutPlaces } from '../../support/postgres-proxy.ts'
import { executionSteps } from '../cuts/execution-steps.ts'
import { ownershipSteps } from '../cuts/ownership-steps.ts'
import { sharedSteps } from '../cuts/shared-steps.ts'
import type { Step } from '../cuts/step.ts'
import { StoreGround } from '../cuts/store-ground.ts'
import { differencesOf, type StoredState } from '../cuts/stored-state.ts'
import type { Drill, DrillOptions, DrillResult } from '../drill.ts'

const steps: readonly Step[] = [...executionSteps, ...ownershipSteps, ...sharedSteps]
/** Databases in which steps are carried out side by side. */
const LANES = 4

export const cutStatements: Drill = {
  title: 'a connection that is lost at any statement of any operation changes nothing',
  run,
}

async function run({ isShort }: DrillOptions): Promise<DrillResult> {
  const server = await new PostgresServer().start()
  const problems: string[] = []
  const known = new Set<string>()
  const waiting = steps.values()
  let cuts = 0
  const lane = async (_: unknown, n: number) => {
    const ground = await StoreGround.open(server, `cuts${n}`)
    try {
      for (const step of waiting) {
        const whole = await carryOut(ground, step)
        for (const { nth, text, place } of cutsOf(whole.statements, known, isShort)) {
          const at = `${step.name}: cut ${place} statement ${nth}, ${short(text)}`
          cuts++
          problems.push(...(await compare(ground, step, whole, { nth, place }, at)))
        }
      }
    } finally {
      await ground.close()
    }
  }
  try {
    await Promise.all(Array.from({ length: LANES }, lane))
  } finally {
    await server.close()
  }
  const figures = { operations: steps.length, statements: known.size, cuts }
  return { problems, figures, folder: 'none: it was in memory' }
}

/**
 * Where the connection is lost at the statements of an operation, one after the other.
 *
 * The short form leaves out what is as good as another: a part of a statement, or of an answer, as none;
 * a lost answer within a transaction, which is undone, as a statement that was not sent; and that the
 * server says why, at a statement of which it has said so already.
 *
 * @param known the statements of earlier operations; those of this one are added
 */
function* cutsOf(statements: readonly string[], known: Set<string>, isShort: boolean) {
  let isInside = false
  for (const [index, text] of statements.entries()) {
    isInside = text === 'BEGIN' || (isInside && text !== 'COMMIT')
    const isNew = !known.has(text)
    known.add(text)
    for (const place of cutPlaces) {
      const isChosen =
        place === 'before' || (place === 'after' && !isInside) || (place === 'terminated' && isNew)
      if (isChosen || !isShort) yield { nth: index + 1, text, place }
    }
  }
}

const short = (text = '') => text.replaceAll(/\s+/g, ' ').slice(0, 60)

/** What came of a step. */
interface Whole {
  readonly answer: unknown
  readonly state: StoredState
  readonly statements: readonly string[]
}

/** Carries out a step on an empty store. @throws {Error} it is refused */
async function carryOut(ground: StoreGround, { prepare, act }: Step, cut?: Cut): Promise<Whole> {
  await ground.reset(prepare)
  ground.proxy.arm(cut)
  const answer = await act(ground.parts)
  const statements = [...ground.proxy.statements]
  return { answer, statements, state: await ground.state() }
}

/** What differs from the same step with a connection that stays. */
async function compare(
  ground: StoreGround,
  step: Step,
  whole: Whole,
  cut: Cut,
  at: string,
): Promise<string[]> {
  try {
    const { answer, state } = await carryOut(ground, step, cut)
    if (!ground.proxy.hasCut) return [`${at}: it was not come to`]
    const problems = [...(await ground.parts.other.verify()), ...differencesOf(state, whole.state)]
    if (!isDeepStrictEqual(answer, whole.answer)) {
      problems.push(`it answers ${JSON.stringify(answer)}, not ${JSON.stringify(whole.answer)}`)
    }
    return problems.map(problem => `${at}: ${problem}`)
  } catch (error) {
    return [`${at}: it is refused: ${(error as Error).message}`]
  }
}
