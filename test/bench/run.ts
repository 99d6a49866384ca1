/** `npm run bench [-- --quick] [-- --only NAME] [-- --against REF]`: asks every question, prints answers. */

import { parseArgs } from 'node:util'
import { askBoth, type Checkout, checkOut } from './against.ts'
import { asked } from './asked.ts'
import { root } from './daemon-process.ts'
import { describeMachine } from './machine.ts'
import { installPeers } from './peers.ts'
import { isMet, type Target } from './question.ts'
import { questions } from './questions.ts'
import { tableOf, targetLine } from './table.ts'

/** How much a quick run measures. */
const QUICK_SHARE = 0.1

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    against: { type: 'string' },
  },
})
const { only = Object.keys(questions), quick, against } = values
const unknown = only.find(name => !Object.hasOwn(questions, name))
if (unknown !== undefined) {
  console.error(`There is no question ${unknown}; there are: ${Object.keys(questions).join(', ')}`)
  process.exit(2)
}

const share = quick ? QUICK_SHARE : 1
const other = against === undefined ? undefined : otherCommit(against)
if (other === undefined) installPeers()
console.log(describeMachine())
console.log(other === undefined ? '' : `Against ${other.commit}, in turns\n`)
const targets: Target[] = []
for (const name of only) {
  const question = await questions[name]?.()
  console.log(`## ${name}: ${question?.title}\n`)
  const answer =
    other === undefined
      ? await asked(name, { root, share, withPeers: true })
      : await askBoth(name, other, share)
  if (answer === undefined) {
    process.exitCode = 1
    console.log('No answer: the process of this question has failed\n')
    continue
  }
  console.log(tableOf(answer))
  targets.push(...answer.targets)
}
if (targets.length > 1) {
  const met = targets.filter(isMet).length
  console.log(`## Targets: ${met} of ${targets.length} met\n`)
  for (const target of targets) console.log(targetLine(target))
}

function otherCommit(ref: string): Checkout {
  try {
    return checkOut(ref)
  } catch (error) {
    console.error(
      `Cannot measure against ${ref}: ${error instanceof Error ? error.message : error}`,
    )
    process.exit(2)
  }
}
