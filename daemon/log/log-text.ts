/** Lines of the daemon's log for a person at a terminal; everything else gets JSON. */

import { pino } from 'pino'
import { escapeControls } from '../base/escape-controls.ts'

/** "Select graphic rendition" of ECMA-48, by pino's name of the level. */
const colours: Readonly<Record<string, number>> = {
  fatal: 31,
  error: 31,
  warn: 33,
  info: 32,
  debug: 90,
  trace: 90,
}
const DIM = 2

/** A longer value is shortened: the terminal is for watching, a file for reading. */
const MAX_VALUE = 120

/** Writes JSON lines as text: time, level, message, then what else is in the line. */
export function logText(line: string, isColoured: boolean): string {
  let parts: Record<string, unknown>
  try {
    parts = JSON.parse(line)
  } catch {
    // A secret that was taken out may have been a part of the syntax.
    return `${escapeControls(line.trimEnd())}\n`
  }
  const { level, time, msg, err, ...rest } = parts
  const name = pino.levels.labels[Number(level)] ?? String(level)
  const at = new Date(Number(time)).toTimeString().slice(0, 8)
  const paint = (colour: number | undefined, text: string) =>
    isColoured && colour !== undefined && text !== '' ? `\x1b[${colour}m${text}\x1b[0m` : text
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${valueText(value)}`)
  const shown = [
    paint(DIM, at),
    paint(colours[name], name.toUpperCase().padEnd(5)),
    escapeControls(String(msg ?? '')),
    paint(DIM, escapeControls(facts.join(' '))),
  ]
  return `${shown.filter(part => part !== '').join(' ')}\n${errorText(err)}`
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value)
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`
}

function errorText(err: unknown): string {
  if (typeof err !== 'object' || err === null) return ''
  const { stack, message } = err as { stack?: unknown; message?: unknown }
  const text = escapeControls(String(stack ?? message ?? ''))
  return text === '' ? '' : `${text.replace(/^/gm, '    ')}\n`
}
