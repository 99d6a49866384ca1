/**
 * The links between daemons over one database: for what only the memory of one of them has, and to be
 * sooner than the intervals at which each looks at the database. Loaded only where there are others.
 */

import { randomBytes } from 'node:crypto'
import type { MemoryExecutions } from '../../executor/store/memory-executions.ts'
import type { Connections } from '../clients/connections.ts'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import type { EventBus } from '../executions/event-bus.ts'
import type { Executions } from '../executions/executions.ts'
import type { OtherDaemons } from '../executions/other-daemons.ts'
import type { Logger } from '../log/log.ts'
import type { Sharing } from '../store/sharing.ts'
import { Answering } from './answering.ts'
import { Asking } from './asking.ts'
import { ClientsEverywhere } from './clients-everywhere.ts'
import type { PeerFrame } from './peer-frames.ts'
import type { LinkHandler, PeerLink } from './peer-link.ts'
import { PeerListener } from './peer-listener.ts'
import { Peers } from './peers.ts'

/** What the links are for. */
export interface PeerServices {
  readonly executions: Executions
  readonly connections: Connections
  readonly memory: MemoryExecutions
  readonly bus: EventBus
}

/** The links of a daemon. */
export interface PeerLinks {
  /** The daemon's id among the others, new in each process. */
  readonly peerId: string
  readonly others: OtherDaemons
  /** Listens for the others, and makes itself known. @throws {Error} of Node, of the address */
  start(services: PeerServices): Promise<void>
  /** Says that all that this daemon had can be claimed, and ends the links. Idempotent. */
  close(): Promise<void>
}

type Settings = Pick<Config, 'peerHost' | 'peerPort' | 'advertiseUrl'>

const ID_BYTES = 8
const KEY_BYTES = 32
/** The interval at which clients are held against the store, and new daemons are looked for. */
const CHECK_MS = 2000
/** Strangers are logged this often at most. */
const STRANGER_LOG_MS = 60_000
/** Addresses that stand for all of a machine, and lead nowhere. */
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]'])

/**
 * Makes the links of a daemon; they are open once they are started.
 *
 * @throws {ConfigError} for an address that the others cannot use
 */
export function openPeers(settings: Settings, sharing: Sharing, log: Logger): PeerLinks {
  const { peerHost, peerPort, advertiseUrl } = settings
  if (WILDCARDS.has(peerHost) && advertiseUrl === undefined) {
    throw new ConfigError(
      `LATCHD_PEER_HOST is ${peerHost}, to which no other daemon can connect: set LATCHD_ADVERTISE_URL to where the others find this one, such as http://10.0.0.7:${peerPort || 7071}`,
    )
  }
  const me = {
    peerId: randomBytes(ID_BYTES).toString('hex'),
    key: randomBytes(KEY_BYTES).toString('base64url'),
  }
  const { peerId } = me
  const onFault = (error: unknown) => log.warn({ err: error }, 'another daemon was not asked')
  let parts: Parts | undefined
  const handler: LinkHandler = {
    onFrame: (link, frame) => parts && take(parts, asking, sharing, link, frame),
    answer: async (link, request) => (await parts?.answering.answer(link, request)) ?? null,
    onRoom: link => parts?.clients.onRoom(link),
    isUsed: link =>
      asking.isUsed(link) ||
      parts?.answering.isUsed(link) === true ||
      parts?.clients.isUsed(link) === true,
    onEnd: link => {
      asking.onEnd(link)
      parts?.answering.onEnd(link)
      parts?.clients.onEnd(link)
    },
  }
  const peers = new Peers({ sharing, me, handler, log })
  const asking = new Asking({ peerId, peers, sharing, onFault })
  const listener = new PeerListener({
    ...me,
    keyOf: async id => (await peers.find(id))?.key,
    onPeer: (socket, from) => peers.add(socket, from),
    onStranger: seldom(STRANGER_LOG_MS, reason =>
      log.warn({ reason }, 'a connection to the address for other daemons was refused'),
    ),
    now: () => performance.now(),
  })
  let checks: NodeJS.Timeout | undefined
  let closing: Promise<void> | undefined
  return {
    peerId,
    others: asking,
    async start({ executions, connections, memory, bus }) {
      const answering = new Answering({
        ...{ executions, memory, bus },
        settle: ({ id, owner, body }) => connections.settleHere(id, owner, body),
      })
      const clients = new ClientsEverywhere({ peerId, peers, sharing, connections, onFault })
      parts = { answering, clients, executions }
      connections.join(clients)
      const port = await listener.listen(peerHost, peerPort)
      const host = peerHost.includes(':') ? `[${peerHost}]` : peerHost
      await sharing.announce({ ...me, url: advertiseUrl ?? `http://${host}:${port}` })
      log.info({ peerId, host: peerHost, port, advertiseUrl }, 'other daemons can connect')
      checks = setInterval(() => {
        void clients.check()
        void asking.lookForOthers()
      }, CHECK_MS)
      checks.unref()
    },
    close: () => {
      closing ??= (async () => {
        clearInterval(checks)
        await peers.poke({ type: 'poke', what: 'due' })
        parts?.clients.close()
        peers.close()
        await listener.close()
      })()
      return closing
    },
  }
}

interface Parts {
  readonly answering: Answering
  readonly clients: ClientsEverywhere
  readonly executions: Executions
}

function take(
  { answering, clients, executions }: Parts,
  asking: Asking,
  sharing: Sharing,
  link: PeerLink,
  frame: PeerFrame,
): void {
  if (clients.onFrame(link, frame)) return
  switch (frame.type) {
    case 'poke':
      if (frame.what === 'due') executions.onOffered()
      else sharing.lookForNews()
      return
    case 'session-freed':
      executions.onSessionFreed(frame.sessionId)
      return
    case 'event':
      asking.onEvent(link, frame)
      return
    case 'unwatch':
      answering.unwatch(link, frame.executionId)
      return
    case 'unwatch-owner':
      answering.unwatchOwner(link, frame.watchId)
      return
    // The link itself has taken the others.
    default:
  }
}

/** Calls a function once in a while, however often it is called. */
function seldom(intervalMs: number, act: (text: string) => void): (text: string) => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return text => {
    if (performance.now() - lastMs < intervalMs) return
    lastMs = performance.now()
    act(text)
  }
}
