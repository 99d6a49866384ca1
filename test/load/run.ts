/**
 * `npm run load [-- --seconds N] [--connections N] [--isolation thread|process|both] [--workers N]
 * [--max-queue N]`: many connections that each send one small program after the other, and an approval
 * in the middle of it. Exits with 1 for any answer that is neither right nor a refusal for now, for an
 * approval that does not go through, and for memory that grows or stays. It reads `/proc`, so it runs
 * on Linux.
 */

import { parseArgs } from 'node:util'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { describeMachine } from '../bench/machine.ts'
import { load } from './load.ts'
import { judge } from './verdict.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    connections: { type: 'string', default: '1000' },
    isolation: { type: 'string', default: 'both' },
    workers: { type: 'string' },
    'max-queue': { type: 'string' },
  },
})
const numbers = {
  seconds: Number(values.seconds),
  connections: Number(values.connections),
  workers: values.workers === undefined ? undefined : Number(values.workers),
  maxQueue: values['max-queue'] === undefined ? undefined : Number(values['max-queue']),
}
const levels = isolationLevels.filter(level => ['both', level].includes(values.isolation))
const areWhole = Object.values(numbers).every(one => one === undefined || Number.isInteger(one))
if (!areWhole || numbers.seconds < 1 || numbers.connections < 1 || levels.length === 0) {
  console.error(
    `load: --seconds N --connections N --workers N --max-queue N, whole numbers; --isolation ${isolationLevels.join(', ')} or both`,
  )
  process.exit(2)
}

console.log(`${describeMachine()}\n`)
let isPassed = true
for (const isolation of levels) {
  const verdict = judge(await load({ ...numbers, isolation }))
  console.log(`${verdict.text}\n`)
  isPassed &&= verdict.isPassed
}
process.exit(isPassed ? 0 : 1)
