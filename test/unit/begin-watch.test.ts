/** A task that a thread has and does not begin is told of after a second; no other one is. */

import t from 'tap'
import { type BeginningTask, BeginWatch } from '../../executor/pool/begin-watch.ts'

t.test('only a task that has not begun is told of', async t => {
  const watch = new BeginWatch()
  // Its timer does not keep a process from ending.
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  const told: string[] = []
  const silent = Promise.withResolvers<void>()
  const task = (name: string, more: Partial<BeginningTask> = {}): BeginningTask => ({
    hasBegun: () => false,
    bytes: 0,
    onSilent: () => {
      told.push(name)
      silent.resolve()
    },
    ...more,
  })
  watch.watch(task('has begun', { hasBegun: () => true }))
  watch.watch(task('has much to read', { bytes: 1e9 }))
  const forget = watch.watch(task('has ended'))
  forget()
  const fromMs = performance.now()
  watch.watch(task('does not begin'))
  await silent.promise
  // Ten ticks of a tenth of a second, of which none comes early but by a rounding.
  t.ok(performance.now() - fromMs > 900)
  t.strictSame(told, ['does not begin'])
})

t.test('the next one has twice the time', async t => {
  const watch = new BeginWatch()
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  const silentMs = async () => {
    const fromMs = performance.now()
    await new Promise<void>(onSilent => watch.watch({ hasBegun: () => false, bytes: 0, onSilent }))
    return performance.now() - fromMs
  }
  await silentMs()
  t.ok((await silentMs()) > 1800)
})
