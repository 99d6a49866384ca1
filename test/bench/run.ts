/** `npm run bench [-- --quick] [-- --only NAME]`: asks every question and prints what came out. */

import { fork } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { installPeers } from './peers.ts'
import { type Answer, isMet, type Target } from './question.ts'
import { questions } from './questions.ts'
import { tableOf, targetLine } from './table.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
  },
})
const { only = Object.keys(questions), quick } = values
const unknown = only.find(name => !Object.hasOwn(questions, name))
if (unknown !== undefined) {
  console.error(`There is no question ${unknown}; there are: ${Object.keys(questions).join(', ')}`)
  process.exit(2)
}

installPeers()
console.log(`${describeMachine()}\n`)
const targets: Target[] = []
for (const name of only) {
  const question = questions[name]
  console.log(`## ${name}: ${question?.title}\n`)
  const answer = await ask(name)
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

function ask(name: string): Promise<Answer | undefined> {
  const args = quick ? [name, 'quick'] : [name]
  const child = fork(join(import.meta.dirname, 'ask.ts'), args, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Numbers that JSON cannot hold may be among the samples.
    serialization: 'advanced',
  })
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
  let answer: Answer | undefined
  child.on('message', message => {
    answer = message as Answer
  })
  child.on('exit', () => resolve(answer))
  return promise
}
