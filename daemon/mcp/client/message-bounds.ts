/** How much a server may send at once. */

/** The longest message: the largest result of a call, in base64, with room for the rest. */
export const MAX_MESSAGE_BYTES = 128 * 1024 * 1024
