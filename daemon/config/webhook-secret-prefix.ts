/** The form of a webhook secret. */

/** Begins a secret that is base64. */
export const SECRET_PREFIX = 'whsec_'
