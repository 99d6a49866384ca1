/** Names that programs expect from Node, a browser or Python, and their replacements. */

import type { ToolKind } from './tool-like.ts'

/** A name that programs expect from elsewhere. */
export interface AbsentName {
  readonly reason: string
  /** The replacement here. */
  readonly instead?: string
  /** Kind of tool that stands for it. */
  readonly tool?: ToolKind
}

const network: AbsentName = { reason: 'There is no network here', tool: 'network' }
const files: AbsentName = { reason: 'There is no file system here', tool: 'file' }
const shell: AbsentName = { reason: 'There are no processes here', tool: 'shell' }
const streams: AbsentName = {
  reason: 'There are no web streams here',
  instead: 'use an async generator',
}
const modules: AbsentName = { reason: 'Modules cannot be loaded' }
const browser: AbsentName = { reason: 'There is no browser here' }
const node: AbsentName = {
  reason: 'There is no Node.js process here',
  instead: 'values for the program are in inputs',
}

/** By name. */
export const absentNames: Readonly<Record<string, AbsentName>> = {
  require: modules,
  module: { ...modules, instead: 'return the result, or make it the last expression' },
  exports: { ...modules, instead: 'return the result, or make it the last expression' },
  process: node,
  global: { reason: 'There is no Node.js here', instead: 'the global object is globalThis' },
  __dirname: files,
  __filename: files,
  Deno: node,
  Bun: node,
  fetch: network,
  XMLHttpRequest: network,
  WebSocket: network,
  axios: network,
  http: network,
  https: network,
  Buffer: {
    reason: 'There is no Buffer here',
    instead: 'use Uint8Array, TextEncoder and atob/btoa',
  },
  fs: files,
  path: { reason: 'There is no module path here', instead: 'join texts with / yourself' },
  child_process: shell,
  execSync: shell,
  spawn: shell,
  window: { ...browser, instead: 'the global object is globalThis' },
  document: browser,
  localStorage: { reason: 'There is no storage here', instead: 'keep values in variables' },
  Headers: { ...network, instead: 'keep headers in a Map or an object' },
  Request: network,
  Response: network,
  EventSource: network,
  FormData: { reason: 'There is no FormData here', instead: 'use URLSearchParams or a Map' },
  File: { reason: 'There is no File here', instead: 'use Uint8Array' },
  URLPattern: {
    reason: 'There is no URLPattern here',
    instead: 'use URL and a regular expression',
  },
  ReadableStream: streams,
  WritableStream: streams,
  TransformStream: streams,
  MessageChannel: { reason: 'There are no threads here', instead: 'use EventTarget' },
  Worker: {
    reason: 'There are no threads here',
    instead: 'use Promise.all for calls at the same time',
  },
  alert: { ...browser, instead: 'use console.log' },
  WebAssembly: { reason: 'WebAssembly is not part of the language here' },
  SharedArrayBuffer: { reason: 'There is no shared memory here', instead: 'use ArrayBuffer' },
  Atomics: { reason: 'There is no shared memory here' },
  WeakRef: { reason: 'WeakRef is not part of the language here', instead: 'use Map or WeakMap' },
  FinalizationRegistry: { reason: 'FinalizationRegistry is not part of the language here' },
  None: { reason: 'None is Python', instead: 'use null' },
  True: { reason: 'True is Python', instead: 'use true' },
  False: { reason: 'False is Python', instead: 'use false' },
  len: { reason: 'len is Python', instead: 'use value.length' },
  range: { reason: 'range is Python', instead: 'use a for loop' },
  str: { reason: 'str is Python', instead: 'use String(value)' },
  input: { reason: 'Nobody types here', instead: 'values for the program are in inputs' },
}
