import { atMostShareOfFastest } from '../compare.ts'
import { runner } from '../contestants/contestant.ts'
import { openField } from '../contestants/field.ts'
import { openFloor } from '../floor/floor.ts'
import { type Answer, type Effort, type Question, rowOf, type Target } from '../question.ts'
import { takeInTurns } from '../rounds.ts'
import { p50, type Samples } from '../samples.ts'
import { takeGaps } from '../tools.ts'

const PROGRAMS = 20

export const sequentialCalls: Question = {
  title: 'One call of a program that makes 1000, from the arrival of one to the next',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const field = await openField()
  const floor = await openFloor()
  try {
    const contestants = [field.latchd, ...field.peers]
    const takers = contestants.map(contestant => {
      const run = runner(contestant, 'thousandCalls')
      return async () => {
        takeGaps()
        await run()
        return inMicroseconds(takeGaps())
      }
    })
    const floors = [
      async () => inMicroseconds(floor.latch(1000)),
      async () => inMicroseconds(await floor.port(1000)),
    ]
    const taken = await takeInTurns([...floors, ...takers], effort.count(PROGRAMS))
    const names = [
      'floor: a latch between two threads',
      'floor: port and latch, event loop answers',
      ...contestants.map(({ name }) => name),
    ]
    const rows = names.map((name, i) => rowOf(name, 'µs', taken[i]))
    const [latch, , latchd] = rows
    const { targets } = atMostShareOfFastest(rows.slice(floors.length), 0.9, 'a call of 1000')
    return {
      rows: [...rows, ...field.missing],
      targets: [target(latch?.samples ?? [], latchd?.samples ?? []), ...targets],
    }
  } finally {
    await floor.close()
    await field.close()
  }
}

function target(latch: Samples, latchd: Samples): Target {
  const floor = p50(latch)
  return {
    what: 'a call, p50 against max(3 × floor, floor + 25 µs)',
    value: p50(latchd),
    bound: Math.max(3 * floor, floor + 25),
    unit: 'µs',
    sense: 'at most',
  }
}

const inMicroseconds = (ms: readonly number[]) => ms.map(value => value * 1000)
