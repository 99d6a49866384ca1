/** The guest's `console` and `print`: each call writes one text with a level to the log. */

import type { LogLevel } from '../../../protocol/execution/execution.ts'
import { format } from '../inspect/format.ts'
import { type InspectOptions, inspect } from '../inspect/inspect.ts'
import { indent } from '../inspect/inspect-text.ts'
import {
  append,
  hidden,
  isArray,
  MapOf,
  mapDelete,
  mapGet,
  mapHas,
  mapSet,
  reflectDefineProperty,
  StringOf,
  stringRepeat,
  symbolToStringTag,
  TypeErrorOf,
} from '../primordials.ts'
import { tableOf } from './console-table.ts'
import { durationText } from './duration.ts'

const groupIndentation = 2

/**
 * Defines `console` and `print` on `target`, not enumerable, as Node does. `emit` gets each text.
 * `now` is the clock of `console.time` in milliseconds. No method needs its `this`.
 *
 * @returns a function that ends all groups
 */
export function installConsole(
  target: object,
  emit: (level: LogLevel, text: string) => void,
  now: () => number,
): () => void {
  const counts = new MapOf<string, number>()
  const startedAtMs = new MapOf<string, number>()
  let indentation = 0

  const write = (level: LogLevel, text: string): void => {
    emit(
      level,
      indentation === 0 ? text : stringRepeat(' ', indentation) + indent(text, indentation),
    )
  }
  const warnOf = (text: string): void => write('warn', 'Warning: ' + text)

  const log = (...values: unknown[]): void => write('log', format(values))

  const group = (...values: unknown[]): void => {
    if (values.length > 0) write('log', format(values))
    indentation += groupIndentation
  }

  const logTime = (method: string, name: string, values: unknown[]): void => {
    const started = mapGet(startedAtMs, name)
    if (started === undefined) {
      warnOf("No such label '" + name + "' for console." + method + '()')
      return
    }
    const shown: unknown[] = ['%s: %s', name, durationText(now() - started)]
    for (let at = 0; at < values.length; at++) append(shown, values[at])
    write('log', format(shown))
  }

  const methods = {
    log,
    info: (...values: unknown[]): void => write('info', format(values)),
    debug: (...values: unknown[]): void => write('debug', format(values)),
    warn: (...values: unknown[]): void => write('warn', format(values)),
    error: (...values: unknown[]): void => write('error', format(values)),
    dir: (value: unknown, options?: InspectOptions): void => write('log', inspect(value, options)),
    dirxml: log,
    table: (data: unknown, properties?: unknown): void => {
      if (properties !== undefined && !isArray(properties)) {
        throw new TypeErrorOf('The "properties" argument must be an instance of Array')
      }
      write('log', tableText(data, properties))
    },
    trace: (...values: unknown[]): void => {
      const text = format(values)
      write('error', text === '' ? 'Trace' : 'Trace: ' + text)
    },
    assert: (condition?: unknown, ...values: unknown[]): void => {
      if (condition) return
      const isFormat = typeof values[0] === 'string'
      const shown: unknown[] = [isFormat ? 'Assertion failed: ' + values[0] : 'Assertion failed']
      for (let at = isFormat ? 1 : 0; at < values.length; at++) append(shown, values[at])
      write('error', format(shown))
    },
    count: (label?: unknown): void => {
      const name = labelText(label)
      const count = (mapGet(counts, name) ?? 0) + 1
      mapSet(counts, name, count)
      write('log', name + ': ' + count)
    },
    countReset: (label?: unknown): void => {
      const name = labelText(label)
      if (!mapDelete(counts, name)) warnOf("Count for '" + name + "' does not exist")
    },
    time: (label?: unknown): void => {
      const name = labelText(label)
      if (mapHas(startedAtMs, name)) {
        warnOf("Label '" + name + "' already exists for console.time()")
      } else {
        mapSet(startedAtMs, name, now())
      }
    },
    timeLog: (label?: unknown, ...values: unknown[]): void =>
      logTime('timeLog', labelText(label), values),
    timeEnd: (label?: unknown): void => {
      const name = labelText(label)
      logTime('timeEnd', name, [])
      mapDelete(startedAtMs, name)
    },
    group,
    groupCollapsed: group,
    groupEnd: (): void => {
      if (indentation > 0) indentation -= groupIndentation
    },
    // A guest has no terminal to clear.
    clear: (): void => {},
  }

  reflectDefineProperty(methods, symbolToStringTag, hidden('console'))
  reflectDefineProperty(target, 'console', hidden(methods))
  const print = (...values: unknown[]): void => write('log', format(values))
  reflectDefineProperty(target, 'print', hidden(print))
  return () => {
    indentation = 0
  }
}

/** The text of a label. As in Node, a symbol throws. */
function labelText(label: unknown): string {
  if (label === undefined) return 'default'
  if (typeof label === 'symbol') {
    throw new TypeErrorOf('Cannot convert a Symbol value to a string')
  }
  return StringOf(label)
}

function tableText(data: unknown, properties: unknown[] | undefined): string {
  try {
    const table = tableOf(data, properties)
    if (table !== undefined) return table
  } catch {
    // A getter or trap of the program's threw: shown as any other value.
  }
  return format([data])
}
