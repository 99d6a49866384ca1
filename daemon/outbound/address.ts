/** The kind of network that an IP address belongs to, in any notation. */

import ipaddr from 'ipaddr.js'

/** `public`: the whole internet can reach it. All other kinds belong to a site or a machine. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'unspecified'
  | 'reserved'

/** A range of addresses: the first of them, and how many leading bits they share. */
export type AddressRange = ReturnType<typeof ipaddr.parseCIDR>

/** Azure's service of a machine's own secrets has a public address (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16). */
const metadataAddresses = new Set(['168.63.129.16'])

/** The kind for each range of ipaddr.js; a range that is missing here is reserved. */
const kinds: Readonly<Record<string, AddressKind>> = {
  unicast: 'public',
  loopback: 'loopback',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  linkLocal: 'link-local',
  multicast: 'multicast',
  unspecified: 'unspecified',
}

/** The kind of an address; an IPv6 address that embeds an IPv4 address has the kind of that one. */
export function kindOfAddress(address: string): AddressKind {
  const ip = ipaddr.parse(address)
  if (ip.kind() === 'ipv4') return kindOfIPv4(ip as ipaddr.IPv4)
  const { parts } = ip as ipaddr.IPv6
  const embedded = embeddedIPv4(parts)
  if (embedded !== undefined) return kindOfIPv4(embedded)
  const kind = kinds[ip.range()] ?? 'reserved'
  // Only 2000::/3 is allocated (https://www.iana.org/assignments/ipv6-address-space): the rest of
  // the unicast addresses of ipaddr.js has no owner, or is an old form of IPv4 addresses (::/96).
  const isGivenOut = ((parts[0] ?? 0) & 0xe000) === 0x2000
  return kind === 'public' && !isGivenOut ? 'reserved' : kind
}

function kindOfIPv4(ip: ipaddr.IPv4): AddressKind {
  return metadataAddresses.has(ip.toString()) ? 'metadata' : (kinds[ip.range()] ?? 'reserved')
}

/** The IPv4 address that a mapped, NAT64 (64:ff9b::/96) or 6to4 (2002::/16) address leads to. */
function embeddedIPv4(parts: readonly number[]): ipaddr.IPv4 | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = parts
  const isEmptyFromC = c === 0 && d === 0 && e === 0
  if (a === 0 && b === 0 && isEmptyFromC && f === 0xffff) return fromHalves(g, h)
  if (a === 0x64 && b === 0xff9b && isEmptyFromC && f === 0) return fromHalves(g, h)
  return a === 0x2002 ? fromHalves(b, c) : undefined
}

function fromHalves(high: number, low: number): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff])
}

/** The one way to write an address; an IPv4-mapped address becomes its IPv4 address. */
export function canonicalAddress(address: string): string {
  return ipaddr.process(address).toString()
}

/** Reads `10.0.0.0/8`, or an address alone as a range of one; `undefined` for other text. */
export function addressRange(text: string): AddressRange | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  const ip = ipaddr.process(text)
  return [ip, ip.kind() === 'ipv4' ? 32 : 128]
}

/** Whether an address lies in a range. */
export function isInRange(address: string, [first, bits]: AddressRange): boolean {
  const ip = ipaddr.process(address)
  return ip.kind() === first.kind() && ip.match(first as never, bits)
}
