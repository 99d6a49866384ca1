/** The address for other daemons, attacked: a stranger gets nothing, a peer no more than its frames. */

import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import type { WebSocket } from 'ws'
import { dial } from '../../daemon/peers/dial.ts'
import { openPeers } from '../../daemon/peers/open-peers.ts'
import type { PeerFrame } from '../../daemon/peers/peer-frames.ts'
import { type LinkHandler, MAX_PEER_FRAME_BYTES, PeerLink } from '../../daemon/peers/peer-link.ts'
import { PeerListener } from '../../daemon/peers/peer-listener.ts'
import { Peers } from '../../daemon/peers/peers.ts'
import {
  CHALLENGE_MS,
  Challenges,
  type Dial,
  newNonce,
  proofOf,
  writeCredentials,
} from '../../daemon/peers/proof.ts'
import { MAX_NESTING } from '../../protocol/base/nesting.ts'

const ME = { peerId: '0123456789abcdef', key: 'the key of the daemon' }
const PEER = { peerId: 'fedcba9876543210', key: 'the key of its peer', name: 'peer', url: '' }

/** A listener, who has got in, and why others did not. */
async function listener(t: Test) {
  const entered: { socket: WebSocket; peerId: string }[] = []
  const refusals: string[] = []
  const clock = { nowMs: 1000 }
  const listens = new PeerListener({
    ...ME,
    keyOf: async id => (id === PEER.peerId ? PEER.key : undefined),
    onPeer: (socket, peerId) => entered.push({ socket, peerId }),
    onStranger: reason => refusals.push(reason),
    now: () => clock.nowMs,
  })
  const port = await listens.listen('127.0.0.1', 0)
  t.teardown(() => listens.close())
  const url = `http://127.0.0.1:${port}`
  const challenge = async () => (await fetch(`${url}/challenge`)).text()
  return { url, port, entered, refusals, clock, challenge }
}

/** Asks for a WebSocket; the status of the answer, and its proof. */
async function knock(url: string, authorization?: string) {
  const asked = request(url, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.from(newNonce().slice(0, 16)).toString('base64'),
      ...(authorization !== undefined && { authorization }),
    },
  })
  asked.end()
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined
    proof: string | string[] | undefined
  }>()
  asked.on('error', reject)
  asked.on('response', ({ statusCode, headers }) => {
    resolve({ status: statusCode, proof: headers['x-latchd-proof'] })
    asked.destroy()
  })
  asked.on('upgrade', ({ headers }, socket) => {
    resolve({ status: 101, proof: headers['x-latchd-proof'] })
    socket.destroy()
  })
  return await promise
}

const good = (challenge: string): Dial => ({
  from: PEER.peerId,
  to: ME.peerId,
  challenge,
  nonce: newNonce(),
})

t.test('a peer with the key gets in, and gets a proof; its handshake is good once', async t => {
  const { url, entered, refusals, challenge } = await listener(t)
  const facts = good(await challenge())
  const credentials = writeCredentials(facts, proofOf(ME.key, 'dialer', facts))
  const answer = await knock(url, credentials)
  t.strictSame(answer, { status: 101, proof: proofOf(PEER.key, 'answerer', facts) })
  t.strictSame(
    entered.map(({ peerId }) => peerId),
    [PEER.peerId],
  )
  t.strictSame(await knock(url, credentials), { status: 403, proof: undefined }, 'replayed')
  const [first, second] = await (async () => {
    const other = good(await challenge())
    const both = writeCredentials(other, proofOf(ME.key, 'dialer', other))
    return await Promise.all([knock(url, both), knock(url, both)])
  })()
  t.strictSame([first?.status, second?.status].sort(), [101, 403], 'also at the same moment')
  t.equal(entered.length, 2)
  t.match(refusals, [/challenge is old, used or invented/])
})

t.test('a stranger gets nothing, whatever it sends', async t => {
  const { url, entered, challenge } = await listener(t)
  const facts = good(await challenge())
  const proof = proofOf(ME.key, 'dialer', facts)
  const otherwise = (more: Partial<Dial>, by = proof) => writeCredentials({ ...facts, ...more }, by)
  const attempts: Record<string, string | undefined> = {
    'no credentials': undefined,
    'a token of callers': 'Bearer secret',
    'a proof by another key': otherwise({}, proofOf('guessed', 'dialer', facts)),
    'the proof of the other side': otherwise({}, proofOf(ME.key, 'answerer', facts)),
    'another sender under the same proof': otherwise({ from: ME.peerId }),
    'another receiver': otherwise({ to: PEER.peerId }),
    'another number': otherwise({ nonce: newNonce() }),
    'an invented challenge': otherwise({ challenge: `1000.${newNonce()}.${'0'.repeat(64)}` }),
    'a shortened proof': otherwise({}, proof.slice(0, 32)),
    'a very long one': `latchd-peer ${'0'.repeat(3000)}`,
  }
  for (const [name, authorization] of Object.entries(attempts)) {
    t.strictSame(await knock(url, authorization), { status: 403, proof: undefined }, name)
  }
  t.equal(entered.length, 0)
  t.equal((await knock(url, otherwise({}))).status, 101, 'what is right gets in all the same')
})

t.test('a daemon that does not live any more is a stranger', async t => {
  const { url, entered, challenge } = await listener(t)
  const facts = { ...good(await challenge()), from: '00000000000000aa' }
  const credentials = writeCredentials(facts, proofOf(ME.key, 'dialer', facts))
  t.equal((await knock(url, credentials)).status, 403)
  t.equal(entered.length, 0)
})

t.test('a challenge is good for a while', async t => {
  const clock = { nowMs: 5000 }
  const challenges = new Challenges(() => clock.nowMs)
  const one = challenges.make()
  t.ok(challenges.isGood(one))
  clock.nowMs += CHALLENGE_MS
  t.ok(challenges.isGood(one))
  clock.nowMs += 1
  t.notOk(challenges.isGood(one))
  t.notOk(new Challenges(() => 5000).isGood(one), 'at the daemon that made it')
  t.notOk(challenges.isGood(''))
})

t.test('other requests, half ones and large ones get no answer of worth', async t => {
  const { url, port, entered } = await listener(t)
  for (const path of ['/', '/healthz', '/v1/info', '/metrics', '/challenge/']) {
    t.equal((await fetch(`${url}${path}`)).status, 404, path)
  }
  t.equal((await fetch(`${url}/challenge`, { method: 'POST', body: 'x' })).status, 404)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  socket.write(`GET / HTTP/1.1\r\nhost: x\r\nauthorization: ${'x'.repeat(20_000)}\r\n\r\n`)
  socket.resume()
  await closed
  t.equal(entered.length, 0)
})

/** Two ends of a link, of which a test speaks for one. */
async function linked(t: Test) {
  const ground = await listener(t)
  const socket = await dial(PEER, { ...ME, name: 'me', url: ground.url })
  t.teardown(() => socket.terminate())
  socket.resume()
  const ended = Promise.withResolvers<string>()
  const frames: PeerFrame[] = []
  const handler: LinkHandler = {
    onFrame: (_, frame) => frames.push(frame),
    answer: async () => 'answered',
    onRoom: () => {},
    isUsed: () => false,
    onEnd: (_, reason) => ended.resolve(reason),
  }
  const [entered] = ground.entered
  const link = new PeerLink(entered?.socket as WebSocket, PEER.peerId, handler)
  return { socket, link, frames, ended: ended.promise }
}

t.test('frames that are binary, too deep, too long, unknown or misshapen end the link', async t => {
  const deep = `${'['.repeat(MAX_NESTING + 1)}${']'.repeat(MAX_NESTING + 1)}`
  const attempts: Record<string, [string | Buffer, RegExp]> = {
    binary: [Buffer.from('{"type":"heartbeat"}'), /not binary/],
    'no JSON': ['{"type":', /no JSON/],
    'too deep': [`{"type":"answer","id":1,"value":${deep}}`, /nested deeper/],
    unknown: ['{"type":"execute","source":"1"}', /cannot read the frame "execute"/],
    'an unknown request': ['{"type":"request","id":1,"of":{"kind":"keys"}}', /of\.kind/],
    'an unknown field': ['{"type":"poke","what":"due","more":1}', /poke/],
    'a name that is too long': [
      JSON.stringify({ type: 'client-here', owner: 'x'.repeat(300), clientId: 'x' }),
      /owner/,
    ],
  }
  for (const [name, [data, reason]] of Object.entries(attempts)) {
    const { socket, ended, link, frames } = await linked(t)
    socket.send(data, { binary: typeof data !== 'string' })
    t.match(await ended, reason, name)
    t.notOk(link.isOpen)
    t.strictSame(frames, [])
  }
})

t.test('a frame that is too long is not read', async t => {
  const { socket, ended, frames } = await linked(t)
  socket.on('error', () => {})
  socket.send(JSON.stringify({ type: 'poke', what: 'x'.repeat(MAX_PEER_FRAME_BYTES) }))
  await ended
  t.strictSame(frames, [])
})

t.test('a request is answered, and without a link refused', async t => {
  const { socket, link } = await linked(t)
  socket.send(JSON.stringify({ type: 'request', id: 7, of: { kind: 'get', executionId: 'exe_1' } }))
  const [data] = await once(socket, 'message')
  t.strictSame(JSON.parse(String(data)), { type: 'answer', id: 7, value: 'answered' })
  const asked = link.request({ kind: 'get', executionId: 'exe_1' }, 60_000)
  socket.terminate()
  await t.rejects(asked, { code: 'PEER_UNAVAILABLE' })
  await t.rejects(link.request({ kind: 'get', executionId: 'exe_1' }, 1), {
    code: 'PEER_UNAVAILABLE',
  })
})

t.test('a server that is not the daemon of the database gets no frame', async t => {
  const { url } = await listener(t)
  const sent: unknown[] = []
  const warned: unknown[] = []
  const log = { info: () => {}, warn: (fields: unknown) => warned.push(fields) }
  const handler: LinkHandler = {
    onFrame: (_, frame) => sent.push(frame),
    answer: async () => null,
    onRoom: () => {},
    isUsed: () => false,
    onEnd: () => {},
  }
  // It knows that daemon's key, but not this one's.
  const row = { ...ME, name: 'me', url }
  const peers = new Peers({
    sharing: { peers: async () => [row] },
    me: { peerId: PEER.peerId, key: 'a key that the other side does not have' },
    handler,
    log: log as never,
  })
  t.equal(await peers.link(ME.peerId), undefined)
  t.match(warned, [{ err: /does not prove/, peer: 'me' }])
  await t.rejects(peers.reach(ME.peerId), { code: 'PEER_UNAVAILABLE' })
  peers.close()
})

t.test('an address that nobody can connect to is refused at the start', async t => {
  const settings = { peerHost: '0.0.0.0', peerPort: 0, advertiseUrl: undefined }
  t.throws(() => openPeers(settings, {} as never, {} as never), {
    code: 'CONFIG_INVALID',
    message: /LATCHD_ADVERTISE_URL/,
  })
})
