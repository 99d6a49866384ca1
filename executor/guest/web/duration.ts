/** How long something took, as `console.time` writes it. */

import { floor, NumberOf, numberToFixed, stringPadStart } from '../primordials.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** `1.234ms`, `2.500s`, `1:05.000 (m:ss.mmm)`, `1:00:05.000 (h:mm:ss.mmm)`. */
export function durationText(durationMs: number): string {
  if (durationMs < secondMs) return NumberOf(numberToFixed(durationMs, 3)) + 'ms'
  if (durationMs < minuteMs) return numberToFixed(durationMs / secondMs, 3) + 's'
  const hours = floor(durationMs / hourMs)
  const minutes = floor((durationMs % hourMs) / minuteMs)
  const seconds = stringPadStart(numberToFixed((durationMs % minuteMs) / secondMs, 3), 6, '0')
  if (hours === 0) return minutes + ':' + seconds + ' (m:ss.mmm)'
  return hours + ':' + stringPadStart('' + minutes, 2, '0') + ':' + seconds + ' (h:mm:ss.mmm)'
}
