/**
 * The names that a sealed thread keeps. All others are removed, those of a later Node included: a
 * global is often a getter that loads a part of Node when it is first read, the network for
 * example.
 */

/** The language, whose objects reach nothing outside of the thread. */
const language = [
  ...['Object', 'Function', 'Array', 'Number', 'Boolean', 'String', 'Symbol', 'Date', 'Promise'],
  ...['RegExp', 'BigInt', 'Map', 'Set', 'Iterator', 'WeakMap', 'WeakSet', 'WeakRef', 'Proxy'],
  ...['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError'],
  ...['TypeError', 'URIError', 'SuppressedError', 'DisposableStack', 'AsyncDisposableStack'],
  ...['globalThis', 'JSON', 'Math', 'Intl', 'Atomics', 'Reflect', 'WebAssembly'],
  ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'FinalizationRegistry'],
  ...['Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array'],
  ...['BigUint64Array', 'BigInt64Array', 'Uint8ClampedArray'],
  ...['Float16Array', 'Float32Array', 'Float64Array'],
  ...['parseFloat', 'parseInt', 'Infinity', 'NaN', 'undefined', 'eval', 'isFinite', 'isNaN'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape'],
]

/** Globals that our code, Piscina and Node itself use in this thread while it runs. */
const ofNode = [
  ...['process', 'global', 'Buffer', 'performance', 'queueMicrotask'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'],
  ...['clearImmediate', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder'],
]

/** Globals that stay. */
export const allowedGlobals: ReadonlySet<PropertyKey> = new Set<PropertyKey>([
  ...language,
  ...ofNode,
  Symbol.toStringTag,
])

/**
 * Properties of `process` that stay. Node itself calls `_fatalException`, `emitWarning`,
 * `nextTick`, `reallyExit` and `_rawDebug` by these names.
 */
export const allowedOfProcess: ReadonlySet<PropertyKey> = new Set<PropertyKey>([
  ...['version', 'versions', 'arch', 'platform', 'release', 'features', 'env', 'argv0'],
  ...['hrtime', 'uptime', 'cpuUsage', 'threadCpuUsage', 'memoryUsage', 'permission', 'title'],
  ...['exit', 'reallyExit', 'exitCode', '_exiting', '_fatalException', 'emitWarning', '_rawDebug'],
  ...['nextTick', '_tickCallback', 'hasUncaughtExceptionCaptureCallback', 'domain', 'cwd', 'pid'],
  ...['_events', '_eventsCount', '_maxListeners', 'stdin', 'stdout', 'stderr'],
  Symbol.toStringTag,
])

/**
 * Where Node keeps the objects that send requests. A program that finds them there can use the
 * network. They are fixed as `undefined`, so that nothing can be put there any more.
 */
export const emptySymbols = [
  Symbol.for('undici.globalDispatcher.1'),
  Symbol.for('undici.globalDispatcher.2'),
  Symbol.for('undici.globalOrigin.1'),
] as const
