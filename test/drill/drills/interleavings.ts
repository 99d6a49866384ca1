/**
 * What two daemons do to the same rows at the same time. One operation is held before each of its
 * statements, another one is carried out meanwhile, or waits for it; then the first goes on. Both
 * answers, and every row that is there afterwards, are those of one after the other, in either order.
 */

import { isDeepStrictEqual } from 'node:util'
import { PostgresServer } from '../../support/postgres.ts'
import { StoreGround } from '../cuts/store-ground.ts'
import { differencesOf, type StoredState } from '../cuts/stored-state.ts'
import type { Drill, DrillOptions, DrillResult } from '../drill.ts'
import type { Side, StoreScene } from '../interleavings/scene.ts'
import { storeScenes } from '../interleavings/scenes.ts'

/** Databases in which scenes are played side by side. */
const LANES = 4

export const interleavings: Drill = {
  title: 'what two daemons do at the same time comes out as one after the other',
  run,
}

type Operation = (side: Side) => Promise<unknown>

/** Two operations of a scene: the first one is held, the second one comes in between. */
interface Pair {
  readonly scene: StoreScene
  readonly first: string
  readonly second: string
}

/** What came of a pair. */
interface Outcome {
  readonly first: unknown
  readonly second: unknown
  readonly state: StoredState
}

async function run({ isShort }: DrillOptions): Promise<DrillResult> {
  const server = await new PostgresServer().start()
  const problems: string[] = []
  const pairs = storeScenes.flatMap(scene => {
    const names = Object.keys(scene.operations)
    return names.flatMap(first => names.map(second => ({ scene, first, second })))
  })
  const waiting = pairs.values()
  let held = 0
  let blocked = 0
  const lane = async (_: unknown, n: number) => {
    const ground = await StoreGround.open(server, `both${n}`)
    try {
      for (const pair of waiting) {
        const found = await playPair(ground, pair, isShort)
        problems.push(...found.problems)
        held += found.held
        blocked += found.blocked
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
  const figures = { scenes: storeScenes.length, pairs: pairs.length, held, blocked }
  return { problems, figures, folder: 'none: it was in memory' }
}

async function playPair(ground: StoreGround, pair: Pair, isShort: boolean) {
  const { scene, first, second } = pair
  const at = `${scene.name}: ${first}, and meanwhile ${second}`
  const problems: string[] = []
  const counted = { held: 0, blocked: 0 }
  try {
    const { before, after, statements } = await inTurns(ground, pair)
    problems.push(...unexpected(pair, before).map(problem => `${at}: ${problem}`))
    const places = statements.map((text, n) => ({ text, nth: n + 1 }))
    // Before its commit, all that an operation locks is locked.
    const chosen = isShort ? places.filter(({ text }) => text === 'COMMIT') : places
    for (const { nth } of chosen) {
      const outcome = await meanwhile(ground, pair, nth)
      counted.held++
      if (outcome.hasWaited) counted.blocked++
      const where = `${at} before its statement ${nth} of ${statements.length}`
      if (outcome.hasWaited && scene.neverWaiting?.[second]?.includes(first) === true) {
        problems.push(`${where}: it waited`)
      }
      problems.push(...(await ground.parts.other.verify()).map(one => `${where}: ${one}`))
      if (isSame(outcome, before) || isSame(outcome, after)) continue
      problems.push(`${where}: ${difference(outcome, before, after)}`)
    }
  } catch (error) {
    problems.push(`${at}: ${(error as Error).message}`)
  }
  return { problems, ...counted }
}

/** What the second answers otherwise than it has to, after the first. */
function unexpected({ scene, first, second }: Pair, before: Outcome): string[] {
  const expected = scene.inTurn?.[first]
  if (expected === undefined || !Object.hasOwn(expected, second)) return []
  if (isDeepStrictEqual(before.second, expected[second])) return []
  const texts = [before.second, expected[second]].map(one => JSON.stringify(one))
  return [`one after the other the second answers ${texts.join(', not ')}`]
}

const isSame = (a: Outcome, b: Outcome) =>
  isDeepStrictEqual([a.first, a.second, a.state], [b.first, b.second, b.state])

function difference(outcome: Outcome, before: Outcome, after: Outcome): string {
  const answers = ({ first, second }: Outcome) => JSON.stringify([first, second])
  const rows = differencesOf(outcome.state, before.state).join('; ').slice(0, 600)
  return `answered ${answers(outcome)}, not ${answers(before)} or ${answers(after)}; ${rows}`
}

const operationsOf = ({ scene, first, second }: Pair) =>
  [scene.operations[first] as Operation, scene.operations[second] as Operation] as const

/** The two sides: the first is held, the other is not. */
function sidesOf({ parts }: StoreGround): readonly [Side, Side] {
  const { store, database, other, otherDatabase } = parts
  return [
    { store, database },
    { store: other, database: otherDatabase },
  ]
}

/** What each answered, and what is there at the end. */
async function ended(
  ground: StoreGround,
  { scene, first, second }: Pair,
  answers: readonly [unknown, unknown],
): Promise<Outcome> {
  const again = async (name: string, side: Side, answer: unknown) => {
    if (scene.repeating?.includes(name) !== true) return answer
    const more = await (scene.operations[name] as Operation)(side)
    return [...new Set([answer, more].flat())].toSorted()
  }
  const [near, far] = sidesOf(ground)
  const later = await again(second, far, answers[1])
  const earlier = await again(first, near, answers[0])
  return { first: earlier, second: later, state: await ground.state() }
}

/** One after the other in both orders, and the statements of the first. */
async function inTurns(ground: StoreGround, pair: Pair) {
  const [one, two] = operationsOf(pair)
  const [near, far] = sidesOf(ground)
  await ground.reset(pair.scene.prepare)
  ground.proxy.arm()
  const first = await one(near)
  const statements = [...ground.proxy.statements]
  const before = await ended(ground, pair, [first, await two(far)])
  await ground.reset(pair.scene.prepare)
  const second = await two(far)
  const after = await ended(ground, pair, [await one(near), second])
  return { before, after, statements }
}

async function meanwhile(
  ground: StoreGround,
  pair: Pair,
  nth: number,
): Promise<Outcome & { readonly hasWaited: boolean }> {
  const [one, two] = operationsOf(pair)
  const [near, far] = sidesOf(ground)
  await ground.reset(pair.scene.prepare)
  const come = ground.proxy.hold(nth)
  const going = one(near)
  const release = await come
  let isOver = false
  const other = two(far).finally(() => {
    isOver = true
  })
  let hasWaited = false
  while (!isOver && !hasWaited) hasWaited = await ground.isBlocked()
  release()
  const outcome = await ended(ground, pair, await Promise.all([going, other]))
  return { ...outcome, hasWaited }
}
