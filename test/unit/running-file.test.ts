/** The file of executions that have a worker: a hint, which never stands in the way of one. */

import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { RunningFile } from '../../daemon/executions/running-file.ts'
import { stateFolder } from '../support/state-folder.ts'

t.test('it tells the next process which executions had a worker', t => {
  const path = join(stateFolder(t), 'running')
  const first = new RunningFile(path, error => t.fail(error.message))
  first.enter('exe_ended')()
  first.enter('exe_lost')
  first.close()
  const second = new RunningFile(path, error => t.fail(error.message))
  t.strictSame(second.lost, ['exe_lost'])
  second.close()
  t.end()
})

t.test('a slot that the next execution takes is written once', async t => {
  const path = join(stateFolder(t), 'running')
  const file = new RunningFile(path, error => t.fail(error.message))
  const lines = () => readFileSync(path, 'utf8').split('\n').filter(Boolean)
  const leave = file.enter('exe_1')
  leave()
  t.strictSame([lines(), file.working], [['exe_1'], []])
  const leaveNext = file.enter('exe_2')
  await new Promise(setImmediate)
  t.strictSame(lines(), ['exe_2'])
  leaveNext()
  await new Promise(setImmediate)
  t.strictSame(lines(), [])
  file.close()
})

t.test('what cannot be written is told, and the execution has its worker', t => {
  const path = join(stateFolder(t), 'running')
  mkdirSync(path)
  const faults: string[] = []
  const file = new RunningFile(path, error => faults.push(error.message))
  t.equal(file.lost, undefined)
  t.match(faults, [/EISDIR/])
  file.enter('exe_1')()
  t.equal(file.entered, 1)
  file.close()
  t.end()
})
