/**
 * A daemon loses its lease at the worst moment: the intent of a call is committed, and it has not
 * heard so. It is frozen, or cut off from the database, while another one takes over, asks whether the
 * call was made, and makes it. When it is back, it makes no call and writes nothing.
 */

import { isDeepStrictEqual } from 'node:util'
import { get } from '../../support/daemon.ts'
import { PostgresProxy } from '../../support/postgres-proxy.ts'
import type { SharedDaemon } from '../../support/shared-daemons.ts'
import type { Drill, DrillResult } from '../drill.ts'
import { hasEnded, SharedGround, submitTo, untilStands } from '../several/shared-ground.ts'

const ways = ['frozen', 'cut off'] as const
/** A lease, and what another daemon needs to take over. */
const TAKEN_OVER_MS = 30_000

export const lostLease: Drill = {
  title: 'a daemon that comes back after its lease makes no call and writes nothing',
  run,
}

async function run(): Promise<DrillResult> {
  const ground = new SharedGround()
  try {
    await ground.server.start()
    const proxy = await PostgresProxy.open(ground.server.socketPath)
    ground.test.teardown(() => proxy.close())
    const losing = await ground.startDaemon('losing', {}, proxy.url())
    const staying = await ground.startDaemon('staying')
    for (const way of ways) await lose(ground, way, losing, staying, proxy)
    ground.checkPaid()
    await ground.verify()
    const figures = { ways: ways.length, calls: ground.paid().size }
    return { problems: ground.problems, figures, folder: ground.folder }
  } finally {
    await ground.close()
  }
}

async function lose(
  ground: SharedGround,
  way: (typeof ways)[number],
  losing: SharedDaemon,
  staying: SharedDaemon,
  proxy: PostgresProxy,
): Promise<void> {
  const { problems } = ground
  const wrong = (text: string) => problems.push(`${way}: ${text}`)
  const committed = proxy.stallAfter('INSERT INTO journal')
  const source = `wire({ to: '${way} 1' }); pay({ to: '${way} 2' }); 'paid'`
  const id = await submitTo(losing.url, source)
  await committed
  if (way === 'frozen') {
    losing.signal('SIGSTOP')
    proxy.release()
  }
  const taken = await untilStands(staying.url, id, hasEnded, TAKEN_OVER_MS).catch(
    (error: Error) => {
      wrong(`it was not taken over: ${error.message}`)
      return undefined
    },
  )
  if (way === 'frozen') losing.signal('SIGCONT')
  else proxy.release()
  // By then it has acted on all that it had when it was lost.
  const later = await submitTo(losing.url, '"back"')
  await untilStands(losing.url, later, hasEnded, TAKEN_OVER_MS)
  if (taken === undefined) return
  if (taken.output?.value !== 'paid') wrong(`it ended as ${JSON.stringify(taken)}`)
  for (const n of [1, 2]) if (!ground.paid().has(`${way} ${n}`)) wrong(`${n} was not paid`)
  const [here, there] = await Promise.all(
    [losing, staying].map(({ url }) => get(`${url}/v1/executions/${id}`)),
  )
  if (!isDeepStrictEqual(here?.body, there?.body)) {
    wrong(`it has it as ${JSON.stringify(here?.body)}, the other as ${JSON.stringify(there?.body)}`)
  }
}
