import { runner } from '../contestants/contestant.ts'
import { type Field, openField } from '../contestants/field.ts'
import type { ProgramName } from '../programs.ts'
import type { Answer, Effort, Question, Row } from '../question.ts'
import { takeInTurns } from '../rounds.ts'
import { takeGaps } from '../tools.ts'

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
    const records = await tripsOf(field, 'largeRecords', '8000 records', count)
    return { rows: [...text, ...records, ...field.missing], targets: [] }
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
  const rows: Row[] = []
  // Not in turns: one that refuses the value must not keep the others from an answer.
  for (const contestant of [field.latchd, ...field.peers]) {
    const name = `${what}: ${contestant.name}`
    const run = runner(contestant, program)
    const take = async () => {
      takeGaps()
      await run()
      return takeGaps()
    }
    try {
      const [samples = []] = await takeInTurns([take], count)
      rows.push({ name, unit: 'ms', samples })
    } catch (error) {
      const [line = ''] = String(error instanceof Error ? error.message : error).split('\n')
      rows.push({ name, unit: 'ms', samples: [], missing: `refused: ${line.slice(0, 60)}` })
    }
  }
  return rows
}
