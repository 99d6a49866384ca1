/** The built-in tool `fetch_url`. */

import type { ToolContext, ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import { AllowList } from '../outbound/allow-list.ts'
import { parseHostPattern } from '../outbound/host-pattern.ts'
import type { Outbound, OutboundOptions } from '../outbound/outbound.ts'
import { type AnswerForm, answerForms, readAnswer } from './fetch-answer.ts'
import { type FetchRequestOptions, writeRequest } from './fetch-request.ts'

interface FetchInput {
  readonly url: string
  readonly options?: FetchRequestOptions & { readonly as?: AnswerForm }
}

const inputSchema = {
  type: 'object',
  properties: {
    url: { type: 'string', description: 'An http or https URL' },
    options: {
      type: 'object',
      properties: {
        method: { type: 'string', description: 'GET when absent' },
        headers: {
          type: 'object',
          additionalProperties: { type: ['string', 'number'] },
          description: 'Those of the connection (host, content-length, …) are ignored, as in fetch',
        },
        body: { description: 'Text or bytes, sent as they are; any other value is sent as JSON' },
        as: {
          enum: answerForms,
          description:
            "What to give: the body as 'text' (when absent), parsed 'json' or 'bytes'; " +
            "'response': {status, headers, body, url} of any status, body as text",
        },
      },
      additionalProperties: false,
    },
  },
  required: ['url'],
  additionalProperties: false,
}

/**
 * Makes `fetch_url(url, options?)`, which returns the body of a page. An answer with an error
 * status throws an error with the name `HttpError` and the code `HTTP_STATUS`, unless `options.as`
 * is `'response'`. A request without an answer throws a `FetchError` with one of its codes.
 *
 * @param allow patterns of the hosts that may be reached, or a list of them that may change; see
 *   `daemon/outbound/host-pattern.ts`
 * @param deps the network and the bounds; the machine's own and the defaults when absent
 * @throws {LatchdError} `CONFIG_INVALID` for a bad pattern
 */
export function fetchUrlTool(
  allow: readonly string[] | AllowList,
  deps: OutboundOptions = {},
): ToolDefinition<FetchInput, Promise<unknown>> {
  const allowList = allow instanceof AllowList ? allow : new AllowList(allow.map(parseHostPattern))
  let loading: Promise<Outbound> | undefined
  // undici costs a daemon's start some 100 ms; the first request pays them.
  const outbound = () =>
    (loading ??= import('../outbound/outbound.ts').then(
      ({ Outbound }) => new Outbound(allowList, deps),
    ))
  return {
    name: 'fetch_url',
    description:
      'Fetches a URL and gives the body as text. Throws when the status is not 2xx, ' +
      "unless options.as is 'response'.",
    inputSchema,
    async execute({ url, options = {} }, context: ToolContext) {
      const request = writeRequest(url, options)
      const answer = await (await outbound()).send({ ...request, signal: context.signal })
      return readAnswer(answer, options.as ?? 'text', request.method)
    },
  }
}
