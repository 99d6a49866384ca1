/**
 * Two daemons whose links are cut, or silent: what is durable goes on by the database alone. Then one of
 * them is frozen beyond its lease while a client of its own is called by the other, and while it calls a
 * client of the other one.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { Latchd } from '../../../sdk/index.ts'
import { balancer } from '../../support/balancer.ts'
import { get, post } from '../../support/daemon.ts'
import { LinkProxy, type LinkState } from '../../support/link-proxy.ts'
import type { SharedDaemon } from '../../support/shared-daemons.ts'
import type { Drill, DrillResult } from '../drill.ts'
import { freePort } from '../processes.ts'
import { hasEnded, SharedGround, submitTo, untilStands } from '../several/shared-ground.ts'

/** Without links, decisions and cancels arrive with the next look at the database. */
const WITHOUT_LINKS_MS = 5000
const FROZEN_MS = 12_000
const TAKEN_OVER_MS = 40_000
/** How long a call of a client takes, so that some are made before its daemon is frozen. */
const CALL_MS = 100

export const cutLinks: Drill = {
  title: 'without links, and with a frozen daemon at the end of one, nothing is lost or done twice',
  run,
}

interface Pair {
  readonly ground: SharedGround
  readonly one: SharedDaemon
  readonly two: SharedDaemon
  setLinks(state: LinkState): void
  wrong(text: string): void
}

async function run(): Promise<DrillResult> {
  const ground = new SharedGround()
  const links: LinkProxy[] = []
  try {
    await ground.server.start()
    const start = async (name: string) => {
      const port = await freePort()
      const link = await LinkProxy.open(port)
      ground.test.teardown(() => link.close())
      links.push(link)
      const env = { LATCHD_PEER_PORT: String(port), LATCHD_ADVERTISE_URL: link.url }
      return await ground.startDaemon(name, env)
    }
    const pair: Pair = {
      ground,
      one: await start('one'),
      two: await start('two'),
      setLinks: state => {
        for (const link of links) link.state = state
      },
      wrong: text => ground.problems.push(text),
    }
    for (const state of ['open', 'shut', 'silent'] as const) await withoutLinks(pair, state)
    pair.setLinks('open')
    await frozenClient(pair)
    await frozenOwner(pair)
    ground.checkPaid()
    await ground.verify()
    const figures = { calls: ground.paid().size }
    return { problems: ground.problems, figures, folder: ground.folder }
  } finally {
    await ground.close()
  }
}

/** What is decided, cancelled and followed at the other daemon. */
async function withoutLinks({ one, two, setLinks, wrong }: Pair, state: LinkState): Promise<void> {
  // There is a link, which is lost, before each.
  setLinks('open')
  await untilStands(two.url, await submitTo(one.url, '1'), hasEnded, WITHOUT_LINKS_MS)
  setLinks(state)
  const at = `links ${state}`
  const attempt = async (what: string, work: () => Promise<void>) =>
    await work().catch((error: Error) => wrong(`${at}: ${what}: ${error.message}`))
  await attempt('a decision at the other daemon', async () => {
    const id = await submitTo(one.url, 'human_approval("Go on?").approved')
    const asks = await untilStands(two.url, id, hasApproval, WITHOUT_LINKS_MS)
    const { approvalId } = asks.waitingFor[0]
    await post(`${two.url}/v1/approvals/${approvalId}`, { decision: 'approve' })
    const ended = await untilStands(two.url, id, hasEnded, WITHOUT_LINKS_MS)
    if (ended.output?.value !== true) wrong(`${at}: decided, it ended as ${JSON.stringify(ended)}`)
  })
  await attempt('a decision about what the first daemon has in memory', async () => {
    const source = `console.log('asks'); ${'sleep(1);'.repeat(20)} human_approval('Go on?').approved`
    const id = await submitTo(one.url, source)
    const asks = await untilStands(one.url, id, hasApproval, WITHOUT_LINKS_MS)
    await post(`${two.url}/v1/approvals/${asks.waitingFor[0].approvalId}`, { decision: 'reject' })
    await untilStands(one.url, id, hasEnded, WITHOUT_LINKS_MS)
  })
  await attempt('a cancel at the other daemon', async () => {
    const id = await submitTo(one.url, 'for (;;) sleep(30)')
    await untilStands(one.url, id, ({ calls }) => calls.length > 1, WITHOUT_LINKS_MS)
    await post(`${two.url}/v1/executions/${id}/cancel`, {})
    const ended = await untilStands(two.url, id, hasEnded, WITHOUT_LINKS_MS)
    if (ended.status !== 'cancelled') wrong(`${at}: cancelled, it is ${ended.status}`)
  })
  await attempt('events at the other daemon', async () => {
    const source = 'for (let i = 0; i < 5; i++) { console.log(i); sleep(40) }'
    const id = await submitTo(one.url, source)
    const response = await fetch(`${two.url}/v1/executions/${id}/events`)
    const text = await response.text()
    const places = [...text.matchAll(/^id: (\d+)$/gm)].map(match => Number(match[1]))
    const isDense = places.every((place, i) => place === i + 1)
    if (!isDense || !text.includes('execution-ended')) wrong(`${at}: events ${places.join()}`)
  })
}

const hasApproval = ({ waitingFor }: { waitingFor?: readonly { approvalId?: string }[] }) =>
  waitingFor?.[0]?.approvalId !== undefined

/** A client whose socket is at one daemon, and whose requests go to another one. */
async function splitClient(ground: SharedGround, connect: SharedDaemon, requests: SharedDaemon) {
  const front = await balancer(path =>
    path.startsWith('/v1/connect') ? connect.url : requests.url,
  )
  const latchd = new Latchd({ url: front.url })
  ground.test.teardown(async () => {
    await latchd.close()
    await front.close()
  })
  return latchd
}

/** The calls that a client has had, by their argument. */
function counting() {
  const made = new Map<number, number>()
  const tool = {
    name: 'add',
    description: 'Adds one.',
    execute: async ({ x }: { x: number }) => {
      made.set(x, (made.get(x) ?? 0) + 1)
      await delay(CALL_MS)
      return x + 1
    },
  }
  return { made, tool }
}

/** Resolves when some calls have been made. @throws {Error} they are not made in time */
async function untilMade(made: ReadonlyMap<number, number>): Promise<void> {
  const untilMs = performance.now() + TAKEN_OVER_MS
  while (made.size < 5) {
    if (performance.now() > untilMs) throw new Error(`${made.size} calls were made in time`)
    await delay(10)
  }
}

const CALLS = 'let n = 0; for (let x = 1; x <= 30; x++) n += add({ x }); n'

/** The daemon that has the client's socket is frozen while another one's execution calls the client. */
async function frozenClient({ ground, one, two, wrong }: Pair): Promise<void> {
  const latchd = await splitClient(ground, one, two)
  const { made, tool } = counting()
  const outcome = latchd.execute({ source: CALLS, tools: [tool], durable: true })
  await untilMade(made)
  one.signal('SIGSTOP')
  await delay(FROZEN_MS)
  one.signal('SIGCONT')
  judge('a frozen daemon with a client', await outcome, made, wrong)
}

/** The daemon that owns the execution is frozen, and another one with the client's socket takes over. */
async function frozenOwner({ ground, one, two, wrong }: Pair): Promise<void> {
  const latchd = await splitClient(ground, two, one)
  const { made, tool } = counting()
  const outcome = latchd.execute({ source: CALLS, tools: [tool], durable: true })
  // Its request goes with the frozen daemon; the execution does not.
  outcome.catch(() => {})
  await untilMade(made)
  const { body: page } = await get(`${two.url}/v1/executions?limit=1`)
  const id = page.data[0].executionId
  one.signal('SIGSTOP')
  const ended = await untilStands(two.url, id, hasEnded, TAKEN_OVER_MS).catch((error: Error) => {
    wrong(`a frozen owner: ${error.message}`)
    return undefined
  })
  one.signal('SIGCONT')
  await untilStands(one.url, await submitTo(one.url, '1'), hasEnded, TAKEN_OVER_MS)
  if (ended === undefined) return
  judge('a frozen owner', ended, made, wrong)
  const { body } = await get(`${one.url}/v1/executions/${id}`)
  if (body.status !== ended.status)
    wrong(`a frozen owner: it has it as ${body.status} when it is back`)
}

/** Each call was made once; the one that was under way may be told as interrupted. */
function judge(
  at: string,
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API
  outcome: any,
  made: ReadonlyMap<number, number>,
  wrong: (text: string) => void,
): void {
  for (const [x, times] of made) if (times > 1) wrong(`${at}: add ${x} was made ${times} times`)
  if (outcome.status === 'completed' && made.size === 30) return
  if (outcome.error?.name === 'CallInterruptedError') return
  wrong(`${at}: it ended as ${JSON.stringify(outcome).slice(0, 300)} after ${made.size} calls`)
}
