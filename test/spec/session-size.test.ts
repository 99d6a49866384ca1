/** How much a session may keep, of one execution and of one caller, at both levels of isolation. */

import t from 'tap'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { as, tokenDaemon } from '../support/token-daemon.ts'

const MIB = 1024 * 1024

/** Leaves so many MiB in the session that no compression makes less of. */
const keep = (mib: number) => `
  keep = new Uint32Array(${mib} * 262144)
  for (let i = 0; i < 262144; i += 16384) keep.set(crypto.getRandomValues(new Uint32Array(16384)), i)
  for (let at = 262144; at < keep.length; at += 262144) {
    const by = crypto.getRandomValues(new Uint32Array(1))[0]
    for (let i = 0; i < 262144; i++) keep[at + i] = keep[i] ^ by ^ (i * at)
  }
  keep.length`

for (const isolation of isolationLevels) {
  t.test(`at level ${isolation}`, async t => {
    const { url } = await testDaemon(t, { LATCHD_ISOLATION: isolation })
    const run = async (body: object) => (await post(`${url}/v1/execute`, body)).body
    const { sessionId } = (await post(`${url}/v1/sessions`, {})).body

    t.test(
      'a state beyond the limit ends the execution, and the session keeps what it had',
      async t => {
        await run({ sessionId, source: 'name = "before"; var keep = []' })
        const limits = { maxSessionBytes: MIB, cpuMs: 60_000 }
        const large = await run({ sessionId, limits, source: `name = "after"; ${keep(2)}` })
        t.match(large, {
          status: 'failed',
          error: {
            code: 'LIMIT_EXCEEDED',
            limit: 'maxSessionBytes',
            hint: /has what it had before/,
          },
        })
        const failed = await run({ sessionId, limits, source: `${keep(2)}; nothing()` })
        t.match(failed, {
          error: { limit: 'maxSessionBytes', message: /had failed before: nothing is not defined/ },
        })
        t.match(await run({ sessionId, source: '[name, keep.length]' }), {
          output: { value: ['before', 0] },
        })
      },
    )

    t.test('a state of many megabytes is kept and found', async t => {
      const limits = { cpuMs: 60_000 }
      const kept = await run({
        sessionId,
        limits,
        source: `${keep(9)}; var last = keep.at(-1); 0`,
      })
      t.equal(kept.status, 'completed', JSON.stringify(kept.error))
      const { snapshotBytes } = (await get(`${url}/v1/sessions/${sessionId}`)).body
      t.ok(snapshotBytes > 8 * MIB, `${snapshotBytes} bytes`)
      t.match(await run({ sessionId, source: '[keep.length, keep.at(-1) === last]' }), {
        output: { value: [(9 * MIB) / 4, true] },
      })
    })

    t.test('a program without a session may use what it likes', async t => {
      const limits = { maxSessionBytes: 0, cpuMs: 60_000 }
      t.match(await run({ limits, source: `let keep; ${keep(2)}` }), { status: 'completed' })
    })
  })
}

t.test('what the sessions of a token keep is bounded together', async t => {
  const { url } = await tokenDaemon(t, [
    { name: 'alice', limits: { maxSessionBytes: 3 * MIB } },
    { name: 'bob' },
  ])
  const create = async (name: string) => await post(`${url}/v1/sessions`, {}, as(name))
  const run = (name: string, body: object) => post(`${url}/v1/execute`, body, as(name))
  const [one, two] = [(await create('alice')).body, (await create('alice')).body]
  const limits = { cpuMs: 60_000 }
  const large = { limits, source: `var keep; ${keep(4)}` }
  t.match(await run('alice', { ...large, sessionId: one.sessionId }), { status: 200 })

  const refusal = {
    status: 429,
    body: {
      code: 'TOKEN_LIMIT_EXCEEDED',
      detail: /the token is at its limit maxSessionBytes 3145728/,
    },
  }
  t.match(await run('alice', { sessionId: two.sessionId, source: '1' }), refusal)
  t.match(await create('alice'), refusal)
  t.match(await run('alice', { source: '1' }), { status: 200 }, 'without a session')
  t.match(await create('bob'), { status: 201 }, 'of another token')
  const metrics = await fetch(`${url}/metrics`, { headers: as('bob') })
  const bytes = /^latchd_session_bytes (\d+)$/m.exec(await metrics.text())?.[1]
  t.ok(Number(bytes) > 3 * MIB, `${bytes} bytes`)

  const { status } = await fetch(`${url}/v1/sessions/${one.sessionId}`, {
    method: 'DELETE',
    headers: as('alice'),
  })
  t.equal(status, 204)
  t.match(await run('alice', { sessionId: two.sessionId, source: '1' }), { status: 200 })
})
