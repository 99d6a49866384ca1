import t from 'tap'
import { failpointsOf, readFailpoints } from '../../daemon/store/failpoints.ts'

t.test('without a plan there are no failpoints', t => {
  t.equal(failpointsOf(readFailpoints({ PATH: '/bin' })), undefined)
  t.end()
})

t.test('a plan is read from the environment', t => {
  t.strictSame(
    readFailpoints({
      FAILPOINTS: 'store:before-begin=kill,store:after-commit@3=error',
      FAILPOINTS_LOG: '/tmp/log',
    }),
    {
      failures: [
        { name: 'store:before-begin', action: 'kill', nth: 0 },
        { name: 'store:after-commit', action: 'error', nth: 3 },
      ],
      log: '/tmp/log',
    },
  )
  t.end()
})

for (const text of [
  'store:nowhere=kill',
  'store:before-begin=melt',
  'store:before-begin',
  '=kill',
]) {
  t.test(`a plan with ${text} is refused`, t => {
    t.throws(() => readFailpoints({ FAILPOINTS: text }), { message: /^Cannot read failpoint / })
    t.end()
  })
}

t.test('a failpoint fails at its hit and at no other', t => {
  const failpoint = failpointsOf(readFailpoints({ FAILPOINTS: 'store:before-begin@2=full' }))
  failpoint?.('store:before-begin')
  failpoint?.('store:before-commit')
  t.throws(() => failpoint?.('store:before-begin'), { code: 'ERR_SQLITE_ERROR' })
  failpoint?.('store:before-begin')
  t.end()
})
