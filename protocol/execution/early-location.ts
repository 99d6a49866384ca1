/**
 * The preference of a client (`Prefer`, RFC 7240) that wants to know at once where its execution is: a
 * daemon answers before the end, with the status 202 and `Location`, and the body follows.
 */
export const EARLY_LOCATION = 'early-location'
