import { atMostShareOfFastest } from '../compare.ts'
import { runner } from '../contestants/contestant.ts'
import { type Field, openField } from '../contestants/field.ts'
import type { ProgramName } from '../programs.ts'
import { type Answer, type Effort, type Question, type Row, rowOf } from '../question.ts'
import { takeInTurns } from '../rounds.ts'
import { takeGaps } from '../tools.ts'

/** Of each 3 samples: of fewer programs, half of what they say is of a process that is not warm. */
const PROGRAMS = 10

export const largeValues: Question = {
  title: 'A call that takes and answers 1 MB, from the arrival of one to the next',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const field = await openField()
  try {
    const count = effort.count(PROGRAMS)
    const text = await tripsOf(field, 'largeText', 'a text', count)
    const records = await tripsOf(field, 'largeRecords', '5000 records', count)
    return {
      rows: [...text, ...records, ...field.missing],
      targets: [
        ...atMostShareOfFastest(text, 1.5, 'a text').targets,
        ...atMostShareOfFastest(records, 1.5, '5000 records').targets,
      ],
    }
  } finally {
    await field.close()
  }
}

async function tripsOf(
  field: Field,
  program: ProgramName,
  what: string,
  count: number,
): Promise<Row[]> {
  const contestants = [field.latchd, ...field.peers]
  const takers = contestants.map(contestant => {
    const run = runner(contestant, program)
    return async () => {
      takeGaps()
      await run()
      return takeGaps()
    }
  })
  const taken = await takeInTurns(takers, count)
  return contestants.map(({ name }, i) => rowOf(`${what}: ${name}`, 'ms', taken[i]))
}
