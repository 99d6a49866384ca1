/** The calls of executions to clients: makes their requests, and reads the answers. */

import { Suspended } from '../../executor/execution/suspended.ts'
import { errorText } from '../../protocol/base/error-text.ts'
import type { AskFrame } from '../../protocol/connect/connect.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'
import { encodeValue } from '../../protocol/values/values.ts'
import type { ClientBinding, ClientCalls } from './client-tool.ts'
import type { ConnectedClient } from './connected-client.ts'
import { type PendingRequest, settledValue } from './pending-request.ts'
import { RemoteStream } from './remote-stream.ts'

/** What {@link CallsToClients} works with. */
export interface CallsDependencies {
  /** Begins the keys of requests. */
  readonly daemonId: string
  /** The client that runs the tool of a binding now. */
  readonly clientFor: (binding: ClientBinding) => Promise<ConnectedClient>
  readonly clients: () => Iterable<ConnectedClient>
  /** Called with a client that is asked and cannot be reached now. */
  readonly onAway: (client: ConnectedClient) => void
  /** Called when a request is over. */
  readonly onDone: (client: ConnectedClient) => void
  readonly onWarning: (text: string) => void
}

/** The parts of a call that its frames are made from. */
interface CallFacts {
  readonly binding: ClientBinding
  readonly context: ToolContext
}

/** Routes each call to its client. */
export class CallsToClients implements ClientCalls {
  readonly onWarning: (text: string) => void
  #deps: CallsDependencies
  #keys = 0
  /** Calls of an earlier daemon, which an earlier process of the client may have begun. */
  #repeats = new Set<string>()

  constructor(deps: CallsDependencies) {
    this.#deps = deps
    this.onWarning = deps.onWarning
  }

  async execute(
    binding: ClientBinding,
    input: unknown,
    context: ToolContext,
    timeoutMs: number | 'none',
    isRaw = false,
  ): Promise<unknown> {
    const { callId } = context
    const frame = {
      ...this.#frame({ binding, context }, callId),
      kind: 'execute' as const,
      input: encodeValue(input, 'input'),
      context: contextOf(context, timeoutMs),
      isRepeat: false,
      ...(isRaw && { isRaw: true as const }),
    }
    const isRepeat = this.#repeats.delete(callId)
    const client = await this.#deps.clientFor(binding)
    const settlement = await this.#ask(client, frame, context, { isRepeat })
    if (settlement.kind !== 'stream') return settledValue(settlement, binding.tool.name)
    const ask = (frame: AskFrame) => this.#ask(client, frame, context, {})
    return new RemoteStream(client, callId, context.signal, {
      nextItem: item => {
        const facts = this.#frame({ binding, context }, `${callId}.item${item}`)
        return ask({ ...facts, kind: 'next-item', item })
      },
      close: () => {
        return ask({
          ...this.#frame({ binding, context }, `${callId}.close`),
          kind: 'close-stream',
        })
      },
      tool: binding.tool.name,
    })
  }

  async needsApproval(
    binding: ClientBinding,
    input: unknown,
    context: ToolContext,
    timeoutMs: number | 'none',
  ): Promise<boolean> {
    const frame = {
      ...this.#frame({ binding, context }, `${context.callId}.approval`),
      kind: 'needs-approval' as const,
      input: encodeValue(input, 'input'),
      context: contextOf(context, timeoutMs),
    }
    const deadlineMs = timeoutMs === 'none' ? undefined : performance.now() + timeoutMs
    const client = await this.#deps.clientFor(binding)
    const settlement = await this.#ask(client, frame, context, { deadlineMs })
    return Boolean(settledValue(settlement, binding.tool.name))
  }

  expectRepeat(callId: string): void {
    this.#repeats.add(callId)
  }

  timeoutReason(callId: string): Error | undefined {
    for (const client of this.#deps.clients()) {
      const error = client.timeoutReason(callId)
      if (error !== undefined) return error
    }
    return undefined
  }

  #frame({ binding, context }: CallFacts, id: string) {
    const { setId, tool } = binding
    return {
      type: 'call' as const,
      id,
      key: `${this.#deps.daemonId}.${++this.#keys}`,
      callId: context.callId,
      tool: tool.name,
      ...(setId !== undefined && { setId }),
    }
  }

  async #ask(
    client: ConnectedClient,
    frame: AskFrame,
    context: ToolContext,
    { isRepeat = false, deadlineMs }: { isRepeat?: boolean; deadlineMs?: number | undefined },
  ) {
    const { signal, executionId } = context
    signal.throwIfAborted()
    const ask: PendingRequest = {
      frame,
      executionId,
      settled: Promise.withResolvers(),
      onProgress: progress => context.progress(progress),
      deadlineMs,
      phase: 'waiting',
      sentAtMs: 0,
      awaySinceMs: performance.now(),
      wasSent: false,
      isRepeat,
    }
    const onAbort = () => {
      const { reason } = signal
      // The client keeps the requests of an execution that goes on elsewhere.
      client.giveUp(frame.id, reason instanceof Suspended ? undefined : errorText(reason))
      ask.settled.reject(reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const settled = client.ask(ask)
      if (!client.isConnected) this.#deps.onAway(client)
      return await settled
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#deps.onDone(client)
    }
  }
}

function contextOf(context: ToolContext, timeoutMs: number | 'none') {
  const { executionId, sessionId, caller, metadata, idempotencyKey, traceparent } = context
  return {
    executionId,
    ...(sessionId !== undefined && { sessionId }),
    caller,
    metadata: { ...metadata },
    idempotencyKey,
    ...(timeoutMs !== 'none' && { deadlineMs: Date.now() + timeoutMs }),
    ...(traceparent !== undefined && { traceparent }),
  }
}
