/** The page of the last hour. */

import type { Hono } from 'hono'
import { html } from 'hono/html'
import { requireScope } from '../../auth/tokens.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import { MINUTES, type Minute, quantileSeconds } from '../../telemetry/last-hour.ts'
import type { ConsoleDependencies } from '../dependencies.ts'
import { type Html, sendPage } from '../page.ts'
import { pendingText } from '../pending.ts'
import { bytesText, durationText } from '../texts.ts'
import { chart } from './chart.ts'

const PATH = '/console/metrics'
const MS_PER_SECOND = 1000
const HALF = 0.5
const MOST = 0.95

/** Adds the page of the last hour: the whole daemon's, as `GET /metrics` is. */
export function addMetricsPage(app: Hono<HttpEnvironment>, deps: ConsoleDependencies): void {
  app.get(PATH, async context => {
    const caller = context.get('caller')
    requireScope(caller, 'read')
    const main = metricsPage(deps.lastHour.read(), deps.pool.workers)
    const pending = await pendingText(deps, caller)
    const page = { title: 'Metrics', section: PATH, main, pending, live: '/console/live' }
    return sendPage(context, page, deps.tokens.size > 0)
  })
}

function metricsPage(minutes: readonly Minute[], workers: number): Html {
  const span = { toMs: minutes.at(-1)?.atMs ?? 0, minutes: MINUTES }
  const series = (read: (minute: Minute) => number) => minutes.map(read)
  const whole = (value: number) => String(Math.round(value))
  const took = (share: number) =>
    series(({ durations }) => (quantileSeconds(durations, share) ?? 0) * MS_PER_SECOND)
  const time = (ms: number) =>
    ms === 0 ? '–' : Number.isFinite(ms) ? `≤ ${durationText(ms)}` : 'days'
  const charts = [
    chart(
      'Executions that ended, per minute',
      [
        { name: 'completed', values: series(minute => minute.completed), colour: 1 },
        { name: 'failed', values: series(minute => minute.failed), colour: 2 },
        { name: 'cancelled', values: series(minute => minute.cancelled), colour: 3 },
        { name: 'stuck', values: series(minute => minute.stuck), colour: 4 },
      ],
      span,
      whole,
    ),
    chart(
      'How long they took',
      [
        { name: 'half of them', values: took(HALF), colour: 1 },
        { name: '95 of 100', values: took(MOST), colour: 3 },
      ],
      span,
      time,
    ),
    chart(
      `Workers, of ${workers}`,
      [
        { name: 'busy', values: series(minute => minute.busy), colour: 1 },
        { name: 'executions in the queue', values: series(minute => minute.queued), colour: 3 },
      ],
      span,
      whole,
    ),
    chart(
      'Memory of the daemon',
      [{ name: 'resident', values: series(minute => minute.memoryBytes), colour: 1 }],
      span,
      bytesText,
    ),
  ]
  return html`<h1>The last hour</h1>
<p class="beside">Of the whole daemon, since its start at most. <code>GET /metrics</code> has more, for Prometheus.</p>
<div class="columns" data-region="charts">${charts}</div>`
}
