/** The text of a document, from a file or a URL. */

import { open } from 'node:fs/promises'
import { HostFault } from '../../base/host-fault.ts'
import { AllowList } from '../../outbound/allow-list.ts'
import { bodyText } from '../../outbound/body-text.ts'
import { parseHostPattern } from '../../outbound/host-pattern.ts'
import { isUrl, writtenHost } from '../hosts.ts'
import type { OpenApiSetting } from '../setting.ts'

/** Bytes of a document: the largest public ones have 12 MB. */
const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
/** Milliseconds for the text of a URL. */
const LOAD_MS = 60_000

/** Loads the text of a document. @throws {Error} with the reason in words */
export async function loadDocument(setting: OpenApiSetting, signal: AbortSignal): Promise<string> {
  return isUrl(setting.document)
    ? await textOfUrl(setting, signal)
    : await textOfFile(setting.document)
}

async function textOfUrl(
  { name, document, server, headers, allow }: OpenApiSetting,
  signal: AbortSignal,
): Promise<string> {
  const url = new URL(document)
  const { Outbound } = await import('../../outbound/outbound.ts')
  const patterns = [writtenHost(url), ...allow.map(parseHostPattern)]
  const outbound = new Outbound(new AllowList(patterns, `openapi.${name}.allow`), {
    timeoutMs: LOAD_MS,
    maxBodyBytes: MAX_DOCUMENT_BYTES,
  })
  // They are the secrets of the server, which the host of the document is only where the operator
  // says so.
  const isOfServer = server !== undefined && new URL(server).origin === url.origin
  const answer = await outbound.send({
    url: document,
    method: 'GET',
    headers: {
      accept: 'application/json, application/yaml, */*;q=0.5',
      ...(isOfServer && headers),
    },
    ownHeaders: Object.keys(headers),
    body: null,
    signal,
  })
  if (answer.status !== 200)
    throw new Error(`${url.origin}${url.pathname} answered ${answer.status}`)
  return bodyText(answer.body, answer.headers)
}

async function textOfFile(path: string): Promise<string> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    const why = `cannot be read: ${error.code ?? 'it is no file'}`
    throw new HostFault(`its file ${why}`, `the file ${path} ${why}`)
  })
  try {
    const { size } = await file.stat()
    if (size > MAX_DOCUMENT_BYTES) {
      const large = `has ${size} bytes, limit ${MAX_DOCUMENT_BYTES}`
      throw new HostFault(`its file ${large}`, `the file ${path} ${large}`)
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
