/** How objects of the web platform print, as Node prints its own. */

import { Blob, File } from '../files/blob.ts'
import {
  arrayJoin,
  getter,
  hidden,
  reflectDefineProperty,
  TypeErrorOf,
  unlinkedList,
} from '../primordials.ts'
import { AbortController, AbortSignal } from '../web/abort.ts'
import { Event } from '../web/event.ts'
import { parseForm } from '../web/form-text.ts'
import { URLSearchParams } from '../web/search-params.ts'
import { isURLSearchParams, searchParamsText, URL } from '../web/url.ts'
import { inspect, registerInspector } from './inspect.ts'
import { identify } from './inspect-kind.ts'

/** Pairs that are longer than this stand one a line. */
const BREAK_LENGTH = 80

const URL_PARTS = [
  ...['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port'],
  ...['pathname', 'search', 'searchParams', 'hash'],
]
const EVENT_PARTS = ['type', 'defaultPrevented', 'cancelable', 'timeStamp']

/** Makes console and outputs print URLs, their parameters, signals and events as Node does. */
export function installWebInspectors(): void {
  showParts(URL.prototype, URL_PARTS)
  showParts(Event.prototype, EVENT_PARTS)
  showParts(AbortSignal.prototype, ['aborted'])
  showParts(AbortController.prototype, ['signal'])
  showParts(Blob.prototype, ['size', 'type'])
  showParts(File.prototype, ['name', 'type', 'size', 'lastModified'])
  registerInspector(URLSearchParams.prototype, inspectPairs)
}

/** Prints instances with the values of these getters of their class, unpatched. */
function showParts(prototype: object, names: readonly string[]): void {
  const parent = Reflect.getPrototypeOf(prototype) as object
  const getters = names.map(name =>
    getter(Object.hasOwn(prototype, name) ? prototype : parent, name),
  )
  registerInspector(prototype, (value, depth) => {
    const name = nameOf(value)
    // An object that only inherits from the class comes here too. Its getters throw, and it prints
    // as any object.
    const first = getters[0]?.(value)
    if (depth < 0) return name + ' {}'
    const parts = {}
    for (let i = 0; i < names.length; i++) {
      const part = i === 0 ? first : getters[i]?.(value)
      reflectDefineProperty(parts, names[i] as string, hidden(part, true))
    }
    return name + ' ' + inspect(parts)
  })
}

function inspectPairs(value: object, depth: number): string {
  if (!isURLSearchParams(value)) throw new TypeErrorOf('not a URLSearchParams')
  if (depth < 0) return '[Object]'
  const { names, values } = parseForm(searchParamsText(value as never))
  const lines = unlinkedList<string>()
  // The separators count too, but for the last one.
  let length = -2
  for (let i = 0; i < names.length; i++) {
    lines[i] = inspect(names[i]) + ' => ' + inspect(values[i])
    length += (lines[i] as string).length + 2
  }
  const name = nameOf(value)
  if (length > BREAK_LENGTH) return name + ' {\n  ' + arrayJoin(lines, ',\n  ') + ' }'
  return lines.length === 0 ? name + ' {}' : name + ' { ' + arrayJoin(lines, ', ') + ' }'
}

const nameOf = (value: object): string => identify(value).name ?? 'Object'
