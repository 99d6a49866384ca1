/** The state of the connection to a server. */

/** The state of a server. */
export type ServerState =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'connected'
      /** The revision of the protocol that both speak. */
      readonly protocolVersion?: string
    }
  | {
      readonly kind: 'unavailable'
      /** Programs and callers get it: it names no path of the host. */
      readonly reason: string
      /** From the failure to the next try, in milliseconds. */
      readonly pauseMs: number
    }
  | { readonly kind: 'closed' }
