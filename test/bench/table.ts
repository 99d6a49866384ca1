/** Answers as text, for people and for Markdown. */

import { type Answer, isMet, type Row, type Target, type Unit } from './question.ts'
import { p50, p99 } from './samples.ts'

/** Of a reason for a missing figure, in characters. */
const MAX_REASON = 72

export function tableOf({ rows, targets }: Answer): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(width) : cell.padStart(10))).join(' | ')} |`
  return [
    line(['', 'p50', 'p99', 'samples']),
    `| ${'-'.repeat(width)} |${' ---------: |'.repeat(3)}`,
    ...rows.map(row => line([row.name, ...cellsOf(row)])),
    '',
    ...targets.map(targetLine),
    ...(targets.length > 0 ? [''] : []),
  ].join('\n')
}

function cellsOf({ samples, unit, missing }: Row): string[] {
  if (missing !== undefined) return ['–', '–', missing.slice(0, MAX_REASON)]
  const isSingle = samples.length === 1
  return [
    figure(p50(samples), unit),
    isSingle ? '–' : figure(p99(samples), unit),
    String(samples.length),
  ]
}

export function targetLine(target: Target): string {
  const { what, value, bound, unit, sense } = target
  const mark = isMet(target) ? 'pass' : 'FAIL'
  const ratio = (value / bound).toFixed(2)
  return `${mark}  ${what}: ${figure(value, unit)}, ${sense} ${figure(bound, unit)} (ratio ${ratio})`
}

function figure(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '–'
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`
}
