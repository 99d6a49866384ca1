/** The daemon's end of `/mcp`: its callers, and the way from the protocol to the API. */

import type { Context } from 'hono'
import { installedLanguages } from '../../executor/engine/installed.ts'
import { ToolIndex } from '../../executor/tools/tool-index.ts'
import type { Toolbox } from '../../executor/tools/toolbox.ts'
import { describeTool } from '../../protocol/tool/tool.ts'
import type { Latchd } from '../../sdk/latchd.ts'
import type { KnownCaller } from '../auth/tokens.ts'
import type { EventBus } from '../executions/event-bus.ts'
import type { CallerTools, McpBackend } from '../mcp/server/backend.ts'
import type { McpHttp } from '../mcp/server/http-handler.ts'
import type { DaemonTools } from '../tools/daemon-tools.ts'
import { callerTools } from './caller-tools.ts'
import type { AnswerInner, AnswersMcp, HttpEnvironment, RouteDependencies } from './dependencies.ts'
import { incomingOf } from './middleware/actor.ts'

/** Marks requests that a part of the daemon makes for one that was let in already. */
export const INNER = Symbol('inner request')

interface EndpointDependencies extends Pick<RouteDependencies, 'sources' | 'connections' | 'log'> {
  readonly tools: DaemonTools
  readonly bus: Pick<EventBus, 'observe'>
}

/** The protocol's end in a daemon. It is loaded by its first request. */
export class McpEndpoint implements AnswersMcp {
  #deps: EndpointDependencies
  #loaded: Promise<Loaded> | undefined
  #http: McpHttp | undefined
  #isStopping = false
  /** The clients of requests and sessions that may not be over; the daemon closes them at its end. */
  #clients = new Set<WeakRef<Latchd>>()

  constructor(deps: EndpointDependencies) {
    this.#deps = deps
    const onTools = () => this.#http?.toolsChanged()
    deps.tools.onChange(onTools)
    deps.connections.served.onChange(onTools)
    deps.bus.observe(({ type }, { owner }) => {
      if (type === 'execution-started') this.#http?.executionsChanged(owner)
    })
  }

  /** Answers a request. @param answer the API */
  async handle(context: Context<HttpEnvironment>, answer: AnswerInner): Promise<Response> {
    this.#loaded ??= load(this.#deps)
    const { http, Client } = await this.#loaded
    this.#http = http
    const client = innerClient(Client, context, answer)
    this.#remember(client)
    const { req } = context
    const text = req.method === 'POST' ? await req.text() : ''
    const response = await http.handle({
      request: req.raw,
      body: text === '' ? undefined : parsed(text),
      owner: context.get('caller'),
      backend: this.#backend(context, client),
    })
    if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
      return response
    }
    // As for the events of executions: no proxy may hold them back.
    response.headers.set('x-accel-buffering', 'no')
    response.headers.set('cache-control', 'no-cache, no-transform')
    return response
  }

  /** The daemon stops: requests that are cut off from now on were not cancelled. */
  stop(): void {
    this.#isStopping = true
  }

  async close(): Promise<void> {
    // A client waits patiently for a daemon that does not answer, and this one will not.
    await Promise.all([...this.#clients].map(client => client.deref()?.close()))
    await (await this.#loaded)?.http.close()
  }

  #remember(client: Latchd): void {
    if (this.#clients.size >= MANY_CLIENTS) {
      for (const one of this.#clients) if (one.deref() === undefined) this.#clients.delete(one)
    }
    this.#clients.add(new WeakRef(client))
  }

  #backend(context: Context<HttpEnvironment>, client: Latchd): McpBackend {
    const caller = context.get('caller')
    const { scopes } = caller
    return {
      client,
      mayApprove: async () => scopes.includes('approve') || scopes.includes('admin'),
      languages: async () => installedLanguages(),
      tools: () => this.#tools(caller),
      isStopping: () => this.#isStopping,
    }
  }

  async #tools(caller: KnownCaller): Promise<CallerTools> {
    await this.#deps.sources.listed()
    await this.#deps.connections.learnServed(caller.name)
    const toolbox = callerTools(this.#deps, caller)
    const before = known.get(toolbox)
    if (before !== undefined) return before
    const tools = { tools: toolbox.tools.map(describeTool), index: new ToolIndex(toolbox.tools) }
    known.set(toolbox, tools)
    return tools
  }
}

/** At this many clients the references to collected ones are removed. */
const MANY_CLIENTS = 1000

const known = new WeakMap<Toolbox, CallerTools>()

/** The modules that only requests to `/mcp` need. */
interface Loaded {
  readonly http: McpHttp
  readonly Client: typeof Latchd
}

async function load({ log }: EndpointDependencies): Promise<Loaded> {
  const [{ McpHttp }, { Latchd: Client }] = await Promise.all([
    import('../mcp/server/http-handler.ts'),
    import('../../sdk/latchd.ts'),
  ])
  return { http: new McpHttp(error => log.debug({ err: error }, 'MCP request')), Client }
}

/** A client of the API in this process, with the token of a request. */
function innerClient(
  Client: typeof Latchd,
  context: Context<HttpEnvironment>,
  answer: AnswerInner,
): Latchd {
  const { req } = context
  const authorization = req.header('authorization')
  const host = req.header('host') ?? 'localhost'
  const environment = { incoming: incomingOf(context), [INNER]: true }
  return new Client({
    url: `http://${host}`,
    ...(authorization !== undefined && { token: authorization.replace(/^Bearer +/i, '') }),
    fetch: async (url, init) => {
      const request = new Request(url as string, init)
      request.headers.set('host', host)
      return untilAborted(await answer(request, environment), init?.signal)
    },
  })
}

/** An answer that ends with the request's signal, as one does that comes over a network. */
function untilAborted(response: Response, signal: AbortSignal | null | undefined): Response {
  if (response.body === null || signal == null) return response
  const { status, headers } = response
  const body = response.body.pipeThrough(new TransformStream(), { signal })
  return new Response(body, { status, headers })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The protocol has an answer of its own for a body that is not JSON.
    return undefined
  }
}
