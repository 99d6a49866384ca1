/** Lists of large executions, replays and searches cost their caller, and not the daemon. */

import t from 'tap'
import { get, post } from '../support/daemon.ts'
import { as, tokenDaemon } from '../support/token-daemon.ts'

const { url } = await tokenDaemon(t, [
  { name: 'ann', limits: { maxExecutions: 1 } },
  { name: 'bob' },
])
const limits = { maxOutputBytes: 16_777_216 }

t.test('a page ends where it becomes too long, and the next one goes on there', async t => {
  const ids: string[] = []
  for (let i = 0; i < 5; i++) {
    const body = { source: `'x'.repeat(9_000_000)`, limits, durable: i % 2 === 0, waitMs: 60_000 }
    ids.unshift((await post(`${url}/v1/execute`, body, as('bob'))).body.executionId)
  }
  const pages: string[][] = []
  let after = ''
  do {
    const { body } = await get(`${url}/v1/executions?limit=1000${after}`, as('bob'))
    pages.push(body.data.map((execution: { executionId: string }) => execution.executionId))
    after = body.nextCursor === undefined ? '' : `&after=${body.nextCursor}`
  } while (after !== '')
  t.strictSame(pages.flat(), ids, 'each of them once, newest first')
  t.ok(pages.length > 1, `${pages.length} pages`)
})

t.test('a replay counts among the executions of its token', async t => {
  const made = { source: 'let x = 0; for (let i = 0; i < 3e6; i++) x += i; x', durable: true }
  const { body } = await post(`${url}/v1/execute`, { ...made, waitMs: 60_000 }, as('ann'))
  const replays = await Promise.all(
    Array.from({ length: 8 }, () =>
      post(`${url}/v1/executions/${body.executionId}/replay`, {}, as('ann')),
    ),
  )
  const refused = replays.filter(({ status }) => status === 429)
  t.equal(replays.filter(({ status }) => status === 200).length, replays.length - refused.length)
  t.ok(refused.length >= 1, `${refused.length} refused`)
  t.ok(refused.every(answer => answer.body.code === 'TOKEN_LIMIT_EXCEEDED'))
})
