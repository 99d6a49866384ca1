/** By which names, from which pages and through which proxies a daemon is reached. */

import { isIP } from 'node:net'
import { z } from 'zod'
import { listFromText, type ValueKind, valueKind } from './value-kind.ts'

const name = z.string().regex(/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/)

/** Host names; separated by commas in text. */
export const hostNames: ValueKind<readonly string[]> = valueKind({
  schema: z.array(name),
  allowed: 'a list of host names such as latchd.example.com, without port',
  fromText: listFromText,
})

/** Origins as browsers write them; separated by commas in text. */
export const originList: ValueKind<readonly string[]> = valueKind({
  schema: z.array(z.string().refine(isOrigin)),
  allowed: 'a list of origins such as https://app.example.com, without path',
  fromText: listFromText,
  settle: (origins): readonly string[] => origins.map(origin => new URL(origin).origin),
})

/** Addresses and networks of proxies; separated by commas in text. */
export const proxyList: ValueKind<readonly string[]> = valueKind({
  schema: z.array(z.string().refine(isProxy)),
  allowed: 'a list of addresses such as 10.0.0.5 or 10.0.0.0/8, and unix for the Unix socket',
  fromText: listFromText,
})

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, pathname, search, hash } = new URL(text)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return isWeb && pathname === '/' && username + password + search + hash === ''
}

function isProxy(text: string): boolean {
  if (text === 'unix') return true
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32))
  )
}
