/** Names that no tool's global may take: what the language and the prelude put there. */

const words =
  'await break case catch class const continue debugger default delete do else enum export extends ' +
  'false finally for function if implements import in instanceof interface let new null package ' +
  'private protected public return static super switch this throw true try typeof var void while ' +
  'with yield arguments'

const globals =
  'AbortController AbortSignal AggregateError ApprovalExpiredError ApprovalRejectedError Array ArrayBuffer AsyncDisposableStack ' +
  'BigInt BigInt64Array BigUint64Array Blob Boolean CallInterruptedError CustomEvent DOMException DataView Date DisposableStack Error EvalError Event EventTarget File Float16Array Float32Array Float64Array ' +
  'Function Infinity Int16Array Int32Array Int8Array InternalError Intl Iterator JSON Map Math NaN ' +
  'Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String SuppressedError ' +
  'Symbol SyntaxError TextDecoder TextEncoder ToolInputError ToolLimitError ToolTimeoutError ToolUnavailableError TypeError ' +
  'URIError URL URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet ' +
  'atob btoa clearImmediate clearInterval clearTimeout console crypto decodeURI decodeURIComponent ' +
  'emit encodeURI encodeURIComponent escape eval final_answer globalThis inputs isFinite isNaN parallel ' +
  'parseFloat parseInt performance print queueMicrotask setImmediate setInterval setTimeout ' +
  'structuredClone tools undefined unescape'

/** Words of the language that cannot name a variable. */
export const reservedWords: ReadonlySet<string> = new Set(words.split(' '))
/** Globals that every program finds; a test holds this list against the base snapshot guest. */
export const standardGlobals: ReadonlySet<string> = new Set(globals.split(' '))
