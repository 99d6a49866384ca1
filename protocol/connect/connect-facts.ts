/**
 * The facts that both ends of a client's connection share. Numbers and strings only: the thin
 * client loads this file.
 */

/** Version of the frames; a daemon closes a connection of another version. */
export const CONNECT_VERSION = 1

/** The WebSocket subprotocol that both ends name. */
export const SUBPROTOCOL = 'latchd.1'

/**
 * Begins the subprotocol that carries the bearer token, since a browser's `WebSocket` sends no other
 * header; base64url follows. A daemon never answers with it.
 */
export const TOKEN_SUBPROTOCOL = 'latchd.token.'

/** Close codes of connections, beside those of RFC 6455. */
export const closeCodes = {
  /** The connection is not needed any more, or the client has said goodbye. */
  DONE: 1000,
  /** The daemon stops; another one may come. */
  STOPPING: 1001,
  /** A frame that cannot be read, or does not belong there. */
  BAD_FRAME: 4400,
  /** The token of the connection was withdrawn. */
  WITHDRAWN: 4401,
  /** The hello, or any frame for a whole lease, did not come. */
  SILENT: 4408,
  /** Another process, or another connection of this one, has the same `clientId`. */
  REPLACED: 4409,
  /** The two ends speak different versions. */
  WRONG_VERSION: 4426,
} as const

/** Without an acknowledgement a frame is sent again after this long; both ends drop repetitions. */
export const RESEND_MS = 1000

/** The longest frame, in bytes: a result of the default `maxCallResultBytes`, escaped, and some more. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024
