/** The form of a webhook secret. */

/** What a secret that is base64 begins with. */
export const SECRET_PREFIX = 'whsec_'
