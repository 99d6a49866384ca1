import t from 'tap'
import { within } from '../../protocol/base/within.ts'

const never = new Promise<never>(() => {})

t.test('a promise that is settled in time is taken', async t => {
  t.equal(await within(Promise.resolve('value'), 60_000, () => 'instead'), 'value')
  await t.rejects(
    within(Promise.reject(new RangeError('far')), 60_000, () => {}),
    RangeError,
  )
})

t.test('after the time, something else is taken or thrown', async t => {
  t.equal(await within(never, 1, () => 'instead'), 'instead')
  const act = within(never, 1, () => {
    throw new TypeError('too long')
  })
  await t.rejects(act, TypeError)
})

t.test('a time that is longer than timers know is not over at once', async t => {
  const later = new Promise(resolve => setImmediate(() => setImmediate(resolve, 'value')))
  t.equal(await within(later, 2 ** 32, () => 'instead'), 'value')
})
