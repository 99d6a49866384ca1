/** One sentence that helps a model to repair its program, where the error tells enough for one. */

import { distance } from 'fastest-levenshtein'

/** Names that programs expect from Node or a browser, and what to do instead. */
const elsewhere: Readonly<Record<string, string>> = {
  require: 'Modules cannot be loaded',
  process: 'There is no Node.js process here',
  fetch: 'There is no network here',
  XMLHttpRequest: 'There is no network here',
  Buffer: 'There is no Buffer here; use Uint8Array, TextEncoder and atob/btoa',
  fs: 'There is no file system here',
  window: 'There is no browser here',
  document: 'There is no browser here',
  Headers: 'There is no network here; keep headers in a Map or an object',
  Request: 'There is no network here',
  Response: 'There is no network here',
  WebSocket: 'There is no network here',
  EventSource: 'There is no network here',
  FormData: 'There is no FormData here; use URLSearchParams or a Map',
  Blob: 'There is no Blob here; use Uint8Array',
  File: 'There is no File here; use Uint8Array',
  URLPattern: 'There is no URLPattern here; use URL and a regular expression',
  ReadableStream: 'There are no web streams here; use an async generator',
  WritableStream: 'There are no web streams here; use an async generator',
  TransformStream: 'There are no web streams here; use an async generator',
  MessageChannel: 'There are no threads here; use EventTarget',
  Worker: 'There are no threads here; use Promise.all for calls at the same time',
  localStorage: 'There is no storage here',
}

const MAX_NAMED = 5

/** Reads so many times the clock and still runs: it waits by looking. */
const BUSY_READS = 5000

/** For an error that the guest threw. */
export function hintForError(
  name: string,
  message: string,
  tools: readonly string[],
): string | undefined {
  const missing = /^'?([\p{ID_Start}$_][\p{ID_Continue}$]*)'? is not defined$/u.exec(message)?.[1]
  if (name === 'ReferenceError' && missing !== undefined) return hintForName(missing, tools)
  if (name === 'TypeError' && message.startsWith('not a function')) {
    return `Check that what is called exists; ${listOf(tools)}.`
  }
  if (name === 'RangeError' && message.startsWith('Maximum call stack')) {
    return 'The recursion is too deep; use a loop or an explicit stack.'
  }
  return undefined
}

function hintForName(missing: string, tools: readonly string[]): string {
  const near = nearest(missing, tools)
  if (near.length > 0) return `Did you mean ${near.join(' or ')}?`
  const reason = Object.hasOwn(elsewhere, missing) ? `${elsewhere[missing]}; ` : ''
  return capitalized(`${reason}${listOf(tools)}.`)
}

function listOf(tools: readonly string[]): string {
  if (tools.length === 0) return 'no tools are available'
  const named = tools.slice(0, MAX_NAMED).join(', ')
  return `the tools are ${named}${tools.length > MAX_NAMED ? ` and ${tools.length - MAX_NAMED} more` : ''}`
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Names that differ by little: a third of the letters, or one begins with the other. */
function nearest(name: string, candidates: readonly string[]): string[] {
  const wanted = plain(name)
  return candidates
    .map(candidate => ({ candidate, far: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, far }) => {
      const other = plain(candidate)
      const isPrefix = wanted.length > 3 && (other.startsWith(wanted) || wanted.startsWith(other))
      return far <= Math.max(1, Math.floor(wanted.length / 3)) || isPrefix
    })
    .sort((a, b) => a.far - b.far)
    .slice(0, 2)
    .map(({ candidate }) => candidate)
}

/** Letters and digits only: `fetchUrl` and `fetch_url` are the same mistake. */
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** For a program that exceeded `cpuMs` and did not watch the clock. @param line where it ran */
export function hintForLoop(line: number | undefined, tools: readonly string[]): string {
  const where = line === undefined ? 'What runs' : `What runs at line ${line}`
  const wait = tools.includes('sleep') ? ', and wait with sleep(ms)' : ''
  return `${where} does not come to an end: give the loop a condition that becomes false or a bound${wait}.`
}

/** For a program that exceeded `cpuMs`. */
export function hintForCpu(clockReads: number, tools: readonly string[]): string | undefined {
  if (clockReads < BUSY_READS) return undefined
  return tools.includes('sleep')
    ? 'To wait, call sleep(ms) instead of watching the clock.'
    : 'To wait, use setTimeout instead of watching the clock.'
}
