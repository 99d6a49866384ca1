/** The globals of a program beside ECMAScript's own and the tools, as the type check sees them. */

/** Loose on purpose: the check covers that a name exists, and how tools are used. */
const globals = `
interface ToolFaces<Result> {
  map(list: Iterable<any>): Result[]
  raw: RawFaces<Result>
}
interface RawResult<Result> {
  value: Result
  text: string
  files: any[]
  links: any[]
}
interface RawFaces<Result> {
  (...args: any[]): RawResult<Result>
  async(...args: any[]): Promise<RawResult<Result>>
  map(list: Iterable<any>): RawResult<Result>[]
}
declare function final_answer(value?: any): never
declare function print(...values: any[]): void
declare function parallel(calls: Iterable<any>, options?: { settle?: boolean }): any[]
declare const inputs: any
declare const console: any
declare const performance: any
declare const crypto: any
declare function setTimeout(callback: any, ms?: any, ...args: any[]): any
declare function setInterval(callback: any, ms?: any, ...args: any[]): any
declare function setImmediate(callback: any, ...args: any[]): any
declare function clearTimeout(id?: any): void
declare function clearInterval(id?: any): void
declare function clearImmediate(id?: any): void
declare function queueMicrotask(callback: any): void
declare function structuredClone<T>(value: T, options?: any): T
declare function atob(text: any): string
declare function btoa(text: any): string
interface Blob {
  readonly size: number
  readonly type: string
  bytes(): Uint8Array
  arrayBuffer(): ArrayBuffer
  text(): string
  json(): any
  slice(start?: number, end?: number, type?: string): Blob
}
interface File extends Blob {
  readonly name: string
  readonly lastModified: number
}
declare const Blob: { new (parts?: Iterable<any>, options?: { type?: string }): Blob }
declare const File: {
  new (parts: Iterable<any>, name: string, options?: { type?: string; lastModified?: number }): File
}
declare function emit(value: any, name?: string): void
declare const URL: any
declare const URLSearchParams: any
declare const TextEncoder: any
declare const TextDecoder: any
declare const DOMException: any
declare const AbortController: any
declare const AbortSignal: any
declare const Event: any
declare const CustomEvent: any
declare const EventTarget: any
declare const InternalError: any
declare const ToolInputError: any
declare const ToolTimeoutError: any
declare const ToolLimitError: any
declare const ToolUnavailableError: any
declare const ApprovalRejectedError: any
declare const ApprovalExpiredError: any
declare const CallInterruptedError: any
`

const words = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

/**
 * The declaration file of a program's globals.
 *
 * @param inputs names of the request's values, each a global
 * @param taken names that are declared elsewhere
 */
export function ambientTypes(
  inputs: readonly string[],
  taken: { has(name: string): boolean },
): string {
  const own = inputs.filter(name => words.test(name) && !taken.has(name))
  return globals + own.map(name => `declare var ${name}: any\n`).join('')
}
