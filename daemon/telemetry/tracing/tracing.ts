/**
 * The traces of executions, made from their events.
 *
 *     execution            from acceptance until it ends or leaves memory
 *     ├─ call fetch_url    one for each call, from its start to its outcome
 *     └─ execution         when it comes back into memory, here or in a later process
 *        └─ call …
 *
 * An open span takes memory and is lost with its process, so each is open as briefly as possible.
 * The span of an execution ends when the execution is evicted; the span of a call is made at its
 * outcome. A resumed execution goes on in the same trace, below the first span and linked to it;
 * its plan has the place of that span.
 */

import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api'
import type { ExecutionPlan } from '../../../executor/execution/execution-plan.ts'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import type { ExecutionError } from '../../../protocol/execution/execution.ts'
import { readTraceParent, type TracePlace, writeTraceParent } from './trace-parent.ts'

/** The used part of `@opentelemetry/api`, handed over since it is loaded only on demand. */
export type TraceApi = Pick<
  typeof import('@opentelemetry/api'),
  'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode' | 'TraceFlags' | 'trace'
>

/** Longest error message in a span. */
const MAX_MESSAGE = 1000

interface Traced {
  readonly span: Span
  readonly context: Context
}

/** Makes the spans of executions and of their calls. */
export class Tracing {
  #api: TraceApi
  #tracer: Tracer
  /** The spans of executions in memory. */
  #open = new Map<string, Traced>()

  constructor(api: TraceApi, tracer: Tracer) {
    this.#api = api
    this.#tracer = tracer
  }

  /**
   * Begins the span of a new execution.
   *
   * @param plan with the `traceparent` of its request, if any
   * @returns the place of its own span, as a `traceparent`
   */
  begin(plan: ExecutionPlan): string {
    const { SpanKind } = this.#api
    const { span } = this.#start(plan, { kind: SpanKind.SERVER, startTime: plan.createdAtMs })
    const { traceId, spanId, traceFlags } = span.spanContext()
    const isSampled = (traceFlags & this.#api.TraceFlags.SAMPLED) !== 0
    return writeTraceParent({ traceId, spanId, isSampled })
  }

  /** Drops the span of an execution that was not taken after all. */
  drop(executionId: string): void {
    this.#open.delete(executionId)
  }

  /** Opens the span of an execution that comes into memory; a new one has its span already. */
  enter(plan: ExecutionPlan): void {
    if (this.#open.has(plan.executionId)) return
    const first = readTraceParent(plan.traceparent)
    const links = first === undefined ? [] : [{ context: this.#spanContext(first) }]
    const { SpanKind } = this.#api
    this.#start(plan, { kind: SpanKind.INTERNAL, startTime: Date.now(), links })
  }

  onEvent(event: ExecutionEvent): void {
    const { executionId } = event
    const traced = this.#open.get(executionId)
    // The events of tools that were given up when the execution left memory.
    if (traced === undefined) return
    const { span, context } = traced
    switch (event.type) {
      case 'execution-started':
      case 'execution-parked':
      case 'execution-resumed':
      case 'file-emitted':
        span.addEvent(event.type, event.atMs)
        return
      case 'approval-requested':
      case 'approval-decided': {
        const { approvalId, callId, status } = event.approval
        span.addEvent(
          event.type,
          {
            'latchd.approval.id': approvalId,
            'latchd.call.id': callId,
            'latchd.approval.status': status,
          },
          event.atMs,
        )
        return
      }
      case 'call-completed':
        this.#recordCall(event, context)
        return
      case 'execution-stuck':
        span.setAttribute('latchd.execution.status', 'stuck')
        this.#fail(span, event.error)
        this.#end(executionId, event.atMs)
        return
      case 'execution-ended': {
        const { execution } = event
        const { cpuMs, calls, resumes } = execution.usage
        span.setAttributes({
          'latchd.execution.status': execution.status,
          'latchd.execution.cpu_ms': cpuMs,
          'latchd.execution.calls': calls,
          'latchd.execution.resumes': resumes,
        })
        if ('error' in execution) this.#fail(span, execution.error)
        this.#end(executionId, event.atMs)
        return
      }
      // A span has the calls that have ended, and no console.
      case 'log-written':
      case 'call-started':
      case 'call-progressed':
        return
      default:
        event satisfies never
    }
  }

  /** Ends the span of an execution that has left memory; one that has ended has none any more. */
  leave(executionId: string): void {
    this.#open.get(executionId)?.span.addEvent('execution-put-away')
    this.#end(executionId, Date.now())
  }

  #start(plan: ExecutionPlan, options: Pick<SpanOptions, 'kind' | 'startTime' | 'links'>): Traced {
    const { trace, ROOT_CONTEXT } = this.#api
    const { executionId, sessionId, caller, language } = plan
    const parent = readTraceParent(plan.traceparent)
    const above =
      parent === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, this.#spanContext(parent))
    const attributes = {
      'latchd.execution.id': executionId,
      'latchd.caller': caller,
      'latchd.language': language,
      ...(sessionId !== undefined && { 'latchd.session.id': sessionId }),
    }
    const span = this.#tracer.startSpan('execution', { ...options, attributes }, above)
    const traced = { span, context: trace.setSpan(above, span) }
    this.#open.set(executionId, traced)
    return traced
  }

  #spanContext({ traceId, spanId, isSampled }: TracePlace) {
    const { SAMPLED, NONE } = this.#api.TraceFlags
    return { traceId, spanId, traceFlags: isSampled ? SAMPLED : NONE, isRemote: true }
  }

  #recordCall(
    { call, atMs }: Extract<ExecutionEvent, { type: 'call-completed' }>,
    context: Context,
  ) {
    const { callId, tool, status, startedAtMs, error } = call
    const span = this.#tracer.startSpan(
      `call ${tool}`,
      {
        kind: this.#api.SpanKind.CLIENT,
        startTime: startedAtMs,
        attributes: {
          'latchd.call.id': callId,
          'latchd.call.status': status,
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': tool,
        },
      },
      context,
    )
    if (error !== undefined) {
      this.#fail(span, { code: error.code ?? error.name, message: error.message })
    }
    span.end(atMs)
  }

  #fail(span: Span, { code, message }: Pick<ExecutionError, 'message'> & { code: string }): void {
    span.setAttribute('error.type', code)
    span.setStatus({
      code: this.#api.SpanStatusCode.ERROR,
      message: message.slice(0, MAX_MESSAGE),
    })
  }

  #end(executionId: string, atMs: number): void {
    this.#open.get(executionId)?.span.end(atMs)
    this.#open.delete(executionId)
  }
}
