/** Which addresses only this machine reaches. */

import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
// RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3; IPv4-mapped IPv6 addresses match the first.
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether a host to listen on is reached from this machine only. */
export function isLoopback(host: string): boolean {
  const version = isIP(host)
  if (version === 0) return host.toLowerCase() === 'localhost'
  return loopback.check(host, version === 6 ? 'ipv6' : 'ipv4')
}
