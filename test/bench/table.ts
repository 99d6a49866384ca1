/** Answers as text, for people and for Markdown. */

import { type Answer, isMet, type Row, type Target, type Unit } from './question.ts'
import { quantile, quantiles } from './samples.ts'

/** Of a reason for a missing figure, in characters. */
const MAX_REASON = 72

export function tableOf({ rows, targets }: Answer): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(width) : cell.padStart(10))).join(' | ')} |`
  return [
    line(['', ...quantiles.map(([name]) => name), 'samples']),
    `| ${'-'.repeat(width)} |${' ---------: |'.repeat(quantiles.length + 1)}`,
    ...rows.map(row => line([row.name, ...cellsOf(row)])),
    '',
    ...targets.map(targetLine),
    ...(targets.length > 0 ? [''] : []),
  ].join('\n')
}

function cellsOf({ samples, unit, missing }: Row): string[] {
  const none = quantiles.map(() => '–')
  if (missing !== undefined) return [...none, missing.slice(0, MAX_REASON)]
  const isSingle = samples.length === 1
  const figures = quantiles.map(([name, share]) =>
    isSingle && name !== 'p50' ? '–' : figure(quantile(samples, share), unit),
  )
  return [...figures, String(samples.length)]
}

export function targetLine(target: Target): string {
  const { what, value, bound, unit, sense } = target
  const mark = isMet(target) ? 'pass' : 'FAIL'
  const ratio = (value / bound).toFixed(2)
  return `${mark}  ${what}: ${figure(value, unit)}, ${sense} ${figure(bound, unit)} (ratio ${ratio})`
}

/** A value with three digits and its unit. */
export function figure(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '–'
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`
}
