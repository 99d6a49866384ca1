/** Connects to another daemon, and makes sure that it is the one of the database. */

import { WebSocket } from 'ws'
import type { PeerRow } from '../store/sharing.ts'
import { MAX_PEER_FRAME_BYTES } from './peer-link.ts'
import { CHALLENGE_PATH, PROOF_HEADER } from './peer-listener.ts'
import { type Dial, isSameProof, newNonce, proofOf, writeCredentials } from './proof.ts'

/** Each of the two steps of a dial is over after this. */
const STEP_MS = 5000
/** A challenge is shorter. */
const MAX_CHALLENGE = 256

/** The daemon that dials. */
export interface Dialer {
  readonly peerId: string
  readonly key: string
}

/**
 * Opens a WebSocket to a daemon.
 *
 * @throws {Error} it is not there, or not the one that the database means
 */
export async function dial(me: Dialer, to: PeerRow): Promise<WebSocket> {
  const base = to.url.replace(/\/$/, '')
  const answer = await fetch(`${base}${CHALLENGE_PATH}`, {
    signal: AbortSignal.timeout(STEP_MS),
    redirect: 'error',
  })
  const challenge = await answer.text()
  if (!answer.ok || challenge.length > MAX_CHALLENGE) {
    throw new Error(`${base} gives no challenge: is it the address for other daemons?`)
  }
  const facts: Dial = { from: me.peerId, to: to.peerId, challenge, nonce: newNonce() }
  const proof = proofOf(to.key, 'dialer', facts)
  const socket = new WebSocket(base.replace(/^http/, 'ws'), {
    headers: { authorization: writeCredentials(facts, proof) },
    handshakeTimeout: STEP_MS,
    maxPayload: MAX_PEER_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  })
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>()
  let theirs = ''
  socket.once('upgrade', ({ headers }) => {
    theirs = String(headers[PROOF_HEADER])
    // Before a frame of it can be read.
    if (!isSameProof(theirs, proofOf(me.key, 'answerer', facts))) {
      reject(new Error(`${base} does not prove to be ${to.name}`))
      socket.terminate()
    }
  })
  // The reader of the socket resumes it: a frame may have come with the answer.
  socket.once('open', () => {
    socket.pause()
    resolve(socket)
  })
  socket.on('error', reject)
  return await promise
}
