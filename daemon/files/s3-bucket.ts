/** Contents of files in a bucket of S3, or of a server that speaks its protocol. */

import type { AwsClient } from 'aws4fetch'
import { errorText } from '../../protocol/base/error-text.ts'
import { within } from '../../protocol/base/within.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Variables } from '../config/written-value.ts'
import type { ContentBucket } from './shared-contents.ts'

/** Reads a content that is in the folder of this daemon, to be sent. */
export type OpenContent = (sha256: string) => Promise<Blob>

const DEFAULT_REGION = 'us-east-1'
/** Tries of a request that finds the server busy, after the first. */
const RETRIES = 3
/** A request without an answer's head for so long has failed, in milliseconds. */
const ANSWER_MS = 60_000
/** Characters of an answer that are shown. */
const MAX_SHOWN = 300

/** Where a bucket is. */
export interface BucketAddress {
  /** The URL of its objects, which ends with a slash. */
  readonly base: string
  readonly region: string
}

/**
 * Reads `s3://bucket/prefix?region=…&endpoint=https://…`.
 *
 * @throws {LatchdError} `CONFIG_INVALID`
 */
export function bucketAddress(text: string, env: Variables): BucketAddress {
  const url = new URL(text)
  const region = url.searchParams.get('region') ?? env.AWS_REGION ?? DEFAULT_REGION
  const endpoint = url.searchParams.get('endpoint')
  const prefix = url.pathname.replace(/^\/|\/$/g, '')
  const path = prefix === '' ? '' : `${prefix}/`
  if (endpoint === null) {
    return { base: `https://${url.hostname}.s3.${region}.amazonaws.com/${path}`, region }
  }
  if (!/^https?:\/\/[^/]/.test(endpoint)) {
    const message = `Cannot use LATCHD_FILES_URL: its endpoint is ${endpoint}, expected an http or https URL`
    throw new LatchdError('CONFIG_INVALID', message)
  }
  return { base: `${endpoint.replace(/\/+$/, '')}/${url.hostname}/${path}`, region }
}

/**
 * Opens a bucket.
 *
 * @param env `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and if there is one `AWS_SESSION_TOKEN`
 * @throws {LatchdError} `CONFIG_INVALID`: a key is missing, or aws4fetch is not installed
 */
export async function openBucket(
  text: string,
  env: Variables,
  open: OpenContent,
): Promise<ContentBucket> {
  const { base, region } = bucketAddress(text, env)
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (!accessKeyId || !secretAccessKey) {
    const message =
      'Cannot use LATCHD_FILES_URL: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are to be set'
    throw new LatchdError('CONFIG_INVALID', message)
  }
  const { AwsClient } = await loadSigner()
  const sessionToken = env.AWS_SESSION_TOKEN
  const client = new AwsClient({
    ...{ accessKeyId, secretAccessKey, region, service: 's3', retries: RETRIES },
    ...(sessionToken && { sessionToken }),
  })
  return new S3Bucket(client, base, open)
}

async function loadSigner(): Promise<typeof import('aws4fetch')> {
  try {
    return await import('aws4fetch')
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const message =
      'Cannot use LATCHD_FILES_URL: the package aws4fetch is not installed: npm install aws4fetch'
    throw new LatchdError('CONFIG_INVALID', message, { cause: error })
  }
}

class S3Bucket implements ContentBucket {
  readonly #client: AwsClient
  readonly #base: string
  readonly #open: OpenContent

  constructor(client: AwsClient, base: string, open: OpenContent) {
    this.#client = client
    this.#base = base
    this.#open = open
  }

  async put(sha256: string, size: number): Promise<void> {
    const body = size === 0 ? new Blob([]) : await this.#open(sha256)
    // The hash that is signed is that of the bytes: the server refuses others.
    const headers = { 'x-amz-content-sha256': sha256, 'content-type': 'application/octet-stream' }
    const answer = await this.#ask('write', sha256, { method: 'PUT', headers, body })
    await answer.body?.cancel()
  }

  async remove(sha256: string): Promise<void> {
    const answer = await this.#ask('remove', sha256, { method: 'DELETE' })
    await answer.body?.cancel()
  }

  async *read(sha256: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    if (to <= from) return
    const headers = { range: `bytes=${from}-${to - 1}` }
    const { body } = await this.#ask('read', sha256, { headers })
    let read = 0
    for await (const chunk of body ?? []) {
      read += chunk.byteLength
      yield chunk
    }
    if (read !== to - from) throw unavailable('read', sha256, `${read} bytes of ${to - from} came`)
  }

  /** @throws {LatchdError} `STORE_UNAVAILABLE`; {Error} the server refuses */
  async #ask(what: string, sha256: string, init: RequestInit): Promise<Response> {
    const url = `${this.#base}${sha256.slice(0, 2)}/${sha256}`
    const answer = await within(this.#client.fetch(url, init), ANSWER_MS, () => {
      throw new Error('no answer in time')
    }).catch(error => {
      throw unavailable(what, sha256, reasonOf(error))
    })
    const isGone = what === 'remove' && answer.status === 404
    if (answer.ok || isGone) return answer
    const shown = (await answer.text()).slice(0, MAX_SHOWN)
    throw unavailable(what, sha256, `status ${answer.status} ${shown}`)
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${errorText(cause)}` : errorText(error)
}

function unavailable(what: string, sha256: string, why: string): LatchdError {
  const message = `Cannot ${what} the content ${sha256} in the bucket of LATCHD_FILES_URL: ${why}`
  return new LatchdError('STORE_UNAVAILABLE', message, { retryAfterSeconds: 5 })
}
