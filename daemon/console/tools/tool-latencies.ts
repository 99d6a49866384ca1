/** How tools have done since the daemon started, by its metrics. */

import type { Metrics } from '../../telemetry/metrics/metrics.ts'

/** The calls of one tool since the start. */
export interface ToolRecord {
  readonly calls: number
  readonly failed: number
  /** Mean time of a call, waits for decisions included. */
  readonly meanMs: number
}

const MS_PER_SECOND = 1000

/** The records by the names of the tools; those of clients have none of their own. */
export async function toolRecords({
  registry,
}: Pick<Metrics, 'registry'>): Promise<ReadonlyMap<string, ToolRecord>> {
  const metric = await registry.getSingleMetric('latchd_call_duration_seconds')?.get()
  const found = new Map<string, { calls: number; failed: number; seconds: number }>()
  for (const value of metric?.values ?? []) {
    const { metricName = '', labels } = value as typeof value & { metricName?: string }
    const { tool, status } = labels as { tool?: string; status?: string }
    if (tool === undefined) continue
    const record = found.get(tool) ?? { calls: 0, failed: 0, seconds: 0 }
    found.set(tool, record)
    if (metricName.endsWith('_sum')) record.seconds += value.value
    if (!metricName.endsWith('_count')) continue
    record.calls += value.value
    if (status !== 'completed') record.failed += value.value
  }
  return new Map(
    Array.from(found, ([tool, { calls, failed, seconds }]) => {
      const meanMs = calls === 0 ? 0 : (seconds / calls) * MS_PER_SECOND
      return [tool, { calls, failed, meanMs }]
    }),
  )
}
