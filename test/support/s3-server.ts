/**
 * A server that speaks as much of S3 as latchd asks for, and takes no request whose signature is not
 * that of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

export interface S3Server {
  readonly url: string
  readonly keys: Readonly<Record<string, string>>
  /** The bytes of each object, by its path. */
  readonly objects: Map<string, Buffer>
  /** Methods and paths, of requests that were taken. */
  readonly requests: string[]
  /** The next so many requests get 503. */
  busy(requests: number): void
}

const ACCESS_KEY = 'AKIATESTS'
const SECRET_KEY = 'the/secret+of=the/tests'
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Starts one; it ends with the test. */
export async function s3Server(t: Test): Promise<S3Server> {
  const objects = new Map<string, Buffer>()
  const requests: string[] = []
  let busy = 0
  const http = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request))
    if (busy > 0) {
      busy--
      return response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>')
    }
    const why = refusal(request, body)
    if (why !== undefined) return response.writeHead(403).end(`<Error><Code>${why}</Code></Error>`)
    requests.push(`${request.method} ${request.url}`)
    answer(request, response, body, objects)
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.teardown(() => {
    http.closeAllConnections()
    http.close()
  })
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    keys: { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY },
    objects,
    requests,
    busy: count => {
      busy = count
    },
  }
}

/** Why a request is not taken; `undefined`: it is. */
function refusal({ method, url, headers }: IncomingMessage, body: Buffer): string | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
  const [, key, day = '', region = '', signed = '', signature = ''] =
    form.exec(headers.authorization ?? '') ?? []
  if (key !== ACCESS_KEY) return 'InvalidAccessKeyId'
  const hash = String(headers['x-amz-content-sha256'])
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  if (method === 'PUT' && hash === 'UNSIGNED-PAYLOAD') return 'UnsignedPayload'
  if (method === 'PUT' && headers['content-length'] === undefined) return 'MissingContentLength'
  const names = signed.split(';')
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every(name => names.includes(name))) {
    return 'UnsignedHeaders'
  }
  const { pathname } = new URL(url ?? '', 'http://s3')
  const lines = names.map(name => `${name}:${headers[name]}\n`).join('')
  const canonical = `${method}\n${pathname}\n\n${lines}\n${signed}\n${hash}`
  const scope = `${day}/${region}/s3/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${scope}\n${sha256(canonical)}`
  const signing = [day, region, 's3', 'aws4_request'].reduce(
    (before, part) => hmac(before, part),
    Buffer.from(`AWS4${SECRET_KEY}`),
  )
  const isRight = timingSafeEqual(hmac(signing, text), Buffer.from(signature, 'hex'))
  return isRight ? undefined : 'SignatureDoesNotMatch'
}

function answer(
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  objects: Map<string, Buffer>,
): void {
  if (method === 'PUT') {
    objects.set(url, body)
    response.writeHead(200).end()
    return
  }
  if (method === 'DELETE') {
    objects.delete(url)
    response.writeHead(204).end()
    return
  }
  const bytes = objects.get(url)
  if (bytes === undefined) {
    response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
    return
  }
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
  if (from === undefined) response.writeHead(200).end(bytes)
  else response.writeHead(206).end(bytes.subarray(Number(from), Number(to) + 1))
}
