/** Traces for a collector, when the environment names one. */

import { within } from '../../../protocol/base/within.ts'
import type { Variables } from '../../config/written-value.ts'
import type { Logger } from '../../log/log.ts'
import { Tracing } from './tracing.ts'

/** Traces and how to end them. */
export interface ExportedTracing {
  readonly tracing: Tracing
  /** Sends the remaining spans; gives up after a moment. Never rejects. */
  close(): Promise<void>
}

/** The longest time that a silent collector delays the stop of a daemon. */
const LAST_EXPORT_MS = 2000

/**
 * Starts to send traces by OTLP over HTTP; only then its packages are loaded. The exporter reads
 * headers, timeouts and certificates from the variables of OpenTelemetry.
 *
 * @param env where `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, or `OTEL_EXPORTER_OTLP_ENDPOINT`, names
 *   the collector (https://opentelemetry.io/docs/specs/otel/protocol/exporter/)
 * @returns `undefined` when neither does, or `OTEL_SDK_DISABLED` or `OTEL_TRACES_EXPORTER=none`
 *   disables it
 */
export async function openTracing(
  env: Variables,
  version: string,
  log: Pick<Logger, 'warn'>,
): Promise<ExportedTracing | undefined> {
  const url = tracesUrl(env)
  const isOff = env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  if (url === undefined || isOff) return undefined
  if (!URL.canParse(url)) {
    log.warn({ url }, 'no traces are sent: the endpoint of OpenTelemetry is no URL')
    return undefined
  }
  const [api, { BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  // Otherwise an absent collector would go unnoticed. Logged once: each batch fails the same way.
  let isReported = false
  const warn = (message: string) => {
    if (!isReported) log.warn({ url, why: plainMessage(message) }, 'traces are not delivered')
    isReported = true
  }
  const nothing = () => {}
  const logger = { error: warn, warn, info: nothing, debug: nothing, verbose: nothing }
  api.diag.setLogger(logger, { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true })
  const exporter = new OTLPTraceExporter({ url })
  const provider = new TracerProvider({
    resource: resourceOf(env, version),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  return {
    tracing: new Tracing(api, provider.getTracer('latchd', version)),
    async close() {
      const sent = provider.shutdown().catch((error: Error) => warn(error.message))
      await within(sent, LAST_EXPORT_MS, () => {})
    },
  }
}

/**
 * The message inside an error that OpenTelemetry reports as JSON; other text is returned unchanged.
 */
function plainMessage(text: string): string {
  try {
    const { message } = JSON.parse(text)
    return typeof message === 'string' ? message : text
  } catch {
    // Plain text.
    return text
  }
}

function tracesUrl(env: Variables): string | undefined {
  if (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT
  return base ? `${base.replace(/\/$/, '')}/v1/traces` : undefined
}

/** The sender of the traces, by `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`. */
function resourceOf(env: Variables, version: string) {
  const attributes: Record<string, string> = {
    'service.name': 'latchd',
    'service.version': version,
    ...resourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES ?? ''),
    ...(env.OTEL_SERVICE_NAME && { 'service.name': env.OTEL_SERVICE_NAME }),
  }
  const resource = {
    attributes,
    getRawAttributes: () => Object.entries(attributes),
    // There is one resource: nothing is merged into it.
    merge: () => resource,
  }
  return resource as never
}

/** Reads `key=value,key=value`, values percent-encoded; parts of another form are passed over. */
function resourceAttributes(text: string): Record<string, string> {
  const pairs = text.split(',').map(pair => pair.split('='))
  const read = pairs.filter(pair => pair.length === 2 && pair[0]?.trim() !== '')
  return Object.fromEntries(
    read.map(([key = '', value = '']) => [key.trim(), decoded(value.trim())]),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not encoded: it is taken unchanged.
    return text
  }
}
