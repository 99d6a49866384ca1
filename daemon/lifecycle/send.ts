/** How a message reaches the service manager. */

/** Sends one message; rejects when it could not be handed over. */
export type Send = (assignments: readonly string[]) => Promise<void>
