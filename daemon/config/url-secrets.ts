/** The secrets in a URL: its user name and password, and what looks like a token in it. */

import { MASK } from './mask.ts'

/** A part of a path or a value of a query is taken for a token when it is as long, of letters and digits. */
const TOKEN = /^(?=.*\d)(?=.*[a-z]).{16,}$/i
/** Such a parameter has a secret as its value, whatever that looks like. */
const SECRET_NAME = /key|secret|token|pass|auth|sig/i

/** The name and the password before the host, whatever the text is else. */
const USERINFO = /(\w:\/\/)[^/?#@\s"]*@/g

/** A text without the user names and passwords of URLs in it. */
export const withoutUserinfo = (text: string): string => text.replace(USERINFO, `$1${MASK}@`)

/** The tokens of a URL, as written in it: receivers of webhooks know their senders by them. */
export function urlTokens(text: string): string[] {
  const found: string[] = []
  replaceTokens(text, token => {
    found.push(token)
    return token
  })
  return found
}

/** A URL as people see it: its tokens masked. */
export const maskedUrl = (text: string): string => replaceTokens(text, () => MASK)

function replaceTokens(text: string, replace: (token: string) => string): string {
  const [, head = '', path = '', query = ''] = /^(\w+:\/\/[^/?#]*)([^?#]*)(.*)$/s.exec(text) ?? []
  const parts = path.split('/').map(part => (TOKEN.test(part) ? replace(part) : part))
  const pairs = query.replaceAll(/([?&#])([^=&#]*)=([^&#]*)/g, (pair, mark, name, value) => {
    const isSecret = value !== '' && (SECRET_NAME.test(name) || TOKEN.test(value))
    return isSecret ? `${mark}${name}=${replace(value)}` : pair
  })
  return head + parts.join('/') + pairs
}
