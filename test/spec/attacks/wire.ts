/** What a hostile client puts on the wire. */

export const HOST = 'Host: 127.0.0.1\r\n'
const JSON_TYPE = 'Content-Type: application/json\r\n'
export const POST = `POST /v1/execute HTTP/1.1\r\n${HOST}${JSON_TYPE}`
/** What a smuggler hides behind a body. */
const HIDDEN = `GET /v1/sessions HTTP/1.1\r\n${HOST}\r\n`

/** Requests that two readers could take for different ones. */
export const ambiguousRequests: Readonly<Record<string, string>> = {
  'a length and chunks': `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'chunks and a length': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'two lengths': `${POST}Content-Length: 0\r\nContent-Length: 60\r\n\r\n${HIDDEN}`,
  'two equal lengths': `${POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n${HIDDEN}`,
  'a list of lengths': `${POST}Content-Length: 0, 60\r\n\r\n${HIDDEN}`,
  'a length with a sign': `${POST}Content-Length: +5\r\n\r\n12345`,
  'a negative length': `${POST}Content-Length: -1\r\n\r\n${HIDDEN}`,
  'a length in hex': `${POST}Content-Length: 0x10\r\n\r\n${HIDDEN}`,
  'a length beyond 64 bits': `${POST}Content-Length: 99999999999999999999999\r\n\r\n`,
  'a coding that is not the last': `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'a coding that nobody knows': `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'two codings': `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'a coding behind a blank': `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'a coding behind a vertical tab': `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'a folded header': `${POST}X-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'a header without a colon': `${POST}Transfer-Encoding\r\n\r\n`,
  'a zero byte in a header': `${POST}X-A: a\0b\r\n\r\n`,
  'a lone carriage return': `${POST}X-A: a\rTransfer-Encoding: chunked\r\n\r\n`,
  'lines that end in a newline alone': `POST /v1/execute HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 0\n\n`,
  'a chunk size that is no number': `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${HIDDEN}`,
  'a chunk size with a sign': `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${HIDDEN}`,
  'a chunk size beyond 64 bits': `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
  'a chunk longer than it says': `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n${HIDDEN}`,
  'two hosts': `GET /v1/info HTTP/1.1\r\n${HOST}Host: attacker.example\r\n\r\n`,
  'no host': 'GET /v1/info HTTP/1.1\r\n\r\n',
  'a host that is none': 'GET /v1/info HTTP/1.1\r\nHost: a/b@c\r\n\r\n',
  'an address in disguise': 'GET /v1/info HTTP/1.1\r\nHost: 0x7f.1\r\n\r\n',
  'two tokens': `GET /v1/info HTTP/1.1\r\n${HOST}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`,
  'two origins': `GET /v1/info HTTP/1.1\r\n${HOST}Origin: http://127.0.0.1\r\nOrigin: null\r\n\r\n`,
  'a target with another host': `GET http://attacker.example/v1/info HTTP/1.1\r\n${HOST}\r\n`,
  'a target that is no path': `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
  'a backslash in the target': `GET /v1\\info HTTP/1.1\r\n${HOST}\r\n`,
  'a blank in the target': `GET /v1/info x HTTP/1.1\r\n${HOST}\r\n`,
  'a version that nobody knows': `GET /v1/info HTTP/7.3\r\n${HOST}\r\n`,
  'no HTTP at all': '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
}

/** Headers that are too many, and one that is too long. */
export const oversizedHeaders: readonly string[] = [
  Array.from({ length: 200 }, (_, i) => `X-${i}: 1\r\n`).join(''),
  `X-A: ${'a'.repeat(20_000)}\r\n`,
]

/** Requests after which nothing comes; `isWhole`: one that is answered, and no other follows. */
export const slowRequests: Readonly<Record<string, { bytes: string; isWhole: boolean }>> = {
  headers: { bytes: `GET / HTTP/1.1\r\n${HOST}X-A: `, isWhole: false },
  body: {
    bytes: `POST / HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nabc`,
    isWhole: false,
  },
  'the next request': { bytes: `GET / HTTP/1.1\r\n${HOST}\r\n`, isWhole: true },
}

/** Names that a resolver of somebody else leads to this machine. */
export const foreignHosts = (port: string): readonly string[] => [
  'attacker.example',
  `127.0.0.1.attacker.example:${port}`,
  'localhost.',
  '[::2]',
]

/** Pages of other sites. */
export const foreignOrigins = (host: string): readonly string[] => [
  'null',
  'https://attacker.example',
  `https://${host}.attacker.example`,
  'file://',
]
