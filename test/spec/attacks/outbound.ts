/** Ways of programs, resolvers and servers to have a tool fetch from where it must not. */

import type { Socket } from 'node:net'

/** An address that anybody may fetch from. */
export const PUBLIC = '93.184.216.34'

/** Spellings of addresses that are not public, by what they are. */
export const privateHosts: Readonly<Record<string, string>> = {
  loopback:
    '127.0.0.1 127.1 127.9.9.9 0x7f.1 0x7f000001 2130706433 0177.0.0.1 017700000001 [::1] ' +
    '[::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:1] [64:ff9b::127.0.0.1] [2002:7f00:1::] ' +
    '127.0.0.1. 127%2e0.0.1 １２７.0.0.1',
  private:
    '10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.100.100.200 [fc00::1] ' +
    '[fd00:ec2::254] [fec0::1] [::ffff:10.0.0.1] [64:ff9b::10.0.0.1] [2002:c0a8:101::1]',
  'link-local':
    '169.254.169.254 0xa9fea9fe 2852039166 [fe80::1] [::ffff:169.254.169.254] [64:ff9b::a9fe:a9fe]',
  metadata: '168.63.129.16 [::ffff:168.63.129.16]',
  multicast: '224.0.0.1 239.255.255.255 [ff02::1]',
  unspecified: '0.0.0.0 0 [::] 0.1.2.3 [::ffff:0.0.0.0]',
  reserved:
    '192.0.2.1 192.0.0.192 198.18.0.1 198.51.100.1 203.0.113.1 240.0.0.1 255.255.255.255 ' +
    '[::127.0.0.1] [::7f00:1] [64:ff9b:1::1] [100::1] [2001::1] [2001:db8::1] [5f00::1] [4000::1]',
}

export const privateAddresses: readonly string[] = Object.values(privateHosts).flatMap(list =>
  list.split(' '),
)

/** Names, and the addresses that a resolver gives for each; of several lists one at each time. */
export const privateNames: Readonly<Record<string, string | readonly string[][]>> = {
  'private.example.com': '10.0.0.1',
  'metadata.example.com': '169.254.169.254',
  'six.example.com': '::ffff:127.0.0.1',
  'zone.example.com': 'fe80::1%eth0',
  'mixed.example.com': [[PUBLIC, '127.0.0.1']],
  'later.example.com': [['2606:4700::1111', PUBLIC, '::1']],
  localhost: '127.0.0.1',
  'a.localhost': '::1',
}

/** Where an answer redirects to that must not be followed; a server of this machine has the port. */
export const privateLocations = (port: number): readonly string[] => [
  `http://127.0.0.1:${port}`,
  `http://[::1]:${port}/`,
  `http://inside.example.com:${port}/`,
  `//0x7f.1:${port}/`,
  'http://169.254.169.254/latest/meta-data/',
]

/** URLs that are none of plain http or https, and what is said of each. */
export const forbiddenUrls: Readonly<Record<string, RegExp>> = {
  'file:///etc/passwd': /file: is not http: or https:/,
  'ftp://example.com/': /example\.com.*ftp: is not http: or https:/,
  'data:text/plain,hi': /data: is not http: or https:/,
  'blob:https://example.com/x': /blob: is not http: or https:/,
  'javascript:alert(1)': /javascript: is not http: or https:/,
  'ws://example.com/': /ws: is not http: or https:/,
  '/etc/passwd': /"\/etc\/passwd": it is not an absolute URL/,
  'http://': /it is not an absolute URL/,
  'http://user:hunter2@127.0.0.1/': /127\.0\.0\.1: its URL has a user name or password/,
  'http://example.com@127.0.0.1/': /127\.0\.0\.1: its URL has a user name or password/,
}

const many = Array.from({ length: 500 }, (_, i) => `93.184.${i % 256}.34`)
/** What a resolver of the attacker's says in place of public addresses. */
export const resolverAnswers: Record<string, readonly string[]> = {
  'the last of many is private': [...many, '10.0.0.1'],
  'mapped into IPv6': ['::ffff:10.0.0.1'],
  'mapped in hexadecimal': ['::ffff:7f00:1'],
  'translated by NAT64': ['64:ff9b::a9fe:a9fe'],
  'tunnelled by 6to4': ['2002:7f00:1::'],
  'with a zone': ['fe80::1%lo'],
  'no address': [],
  'no IP address': ['inside.example.com'],
  'an address with a port': ['93.184.216.34:80'],
  'a decimal number': ['2130706433'],
  'in octal': ['0177.0.0.1'],
  'an empty text': [''],
}

/** Headers that would be a request of their own, or none. */
export const forgedHeaders: readonly Record<string, string>[] = [
  { 'x-a': 'b\r\nx-forged: 1' },
  { 'x-a': 'b\r\n\r\nGET /forged HTTP/1.1\r\nhost: inside\r\n\r\n' },
  { 'x-a\r\nx-forged': '1' },
  { 'x a': '1' },
]

/** Methods that would open a tunnel, or be a request of their own. */
export const forgedMethods = ['CONNECT', 'TRACE', 'GET / HTTP/1.1\r\nx: y', '']

/** Spellings of the machine that the daemon runs on, and of what its cloud knows of it. */
export const ownHosts: readonly string[] = (
  '127.0.0.1 127.1 0 0.0.0.0 2130706433 0x7f000001 0177.1 localhost LOCALHOST. 127.255.255.254 [::1] ' +
  '[::] [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::127.0.0.1] [2002:7f00:1::] １２７.0.0.1 ' +
  '169.254.169.254 0xa9fea9fe [fd00:ec2::254] 168.63.129.16'
).split(' ')

/** Webhooks that a caller with a token may not name. */
export const privateWebhooks: readonly string[] = [
  'http://127.0.0.1:1/hook',
  'http://127.1:1/hook',
  'http://[::1]:1/hook',
  'http://10.0.0.1/hook',
  'http://169.254.169.254/latest/meta-data',
  'http://user:pass@example.com/hook',
  ...privateAddresses.map(address => `http://${address}:1/hook`),
]

const head = 'HTTP/1.1 200 OK\r\n'

/** Writes again and again until the other side has left. */
function writeForEver(socket: Socket, chunk: string): void {
  const more = () => socket.write(chunk, error => error ?? setImmediate(more))
  more()
}

/** Answers that never end, or could be read in two ways. */
export const endlessAnswers: Record<string, (socket: Socket) => void> = {
  'a header without an end': socket => writeForEver(socket, `${'x'.repeat(1000)}`),
  'headers without an end': socket => {
    socket.write(head)
    writeForEver(socket, `x-${'y'.repeat(100)}: z\r\n`)
  },
  'early hints without an end': socket => writeForEver(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
  'chunk extensions without an end': socket => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n5`)
    writeForEver(socket, `;${'x'.repeat(1000)}`)
  },
  'trailers without an end': socket => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n0\r\n`)
    writeForEver(socket, `x-${'y'.repeat(100)}: z\r\n`)
  },
  'a body without an end': socket => {
    socket.write(`${head}\r\n`)
    writeForEver(socket, 'x'.repeat(1000))
  },
  'a switch of protocols': socket => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')
  },
  'two lengths': socket => {
    socket.write(`${head}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`)
  },
  'a length and chunks': socket => {
    socket.write(
      `${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    )
  },
}
