/** The name that a client gives itself. The thin client loads this file. */

/** Matches a name that a daemon takes. */
export const CLIENT_ID: RegExp = /^[\w.:@/-]{1,128}$/
/** {@link CLIENT_ID} in words. */
export const CLIENT_ID_RULE = 'one to 128 letters, digits and ._:@/- are allowed'
