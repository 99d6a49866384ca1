/**
 * `URL`, after https://url.spec.whatwg.org/#api, over the worker's own parser.
 *
 * A request is a JSON list: `["parse",input]`, `["parse",input,base]` or `["set",href,name,value]`.
 * The answer is `{"ok":components}`, with the components by the names of their getters, or
 * `{"error":{"name","message"}}`. The guest keeps the components, so only parsing and setters send
 * requests.
 */

import { errorWithCode } from '../errors.ts'
import {
  hidden,
  jsonParse,
  jsonStringify,
  objectHasOwn,
  RangeErrorOf,
  reflectDefineProperty,
  stringSlice,
  TypeErrorOf,
} from '../primordials.ts'
import {
  installURLSearchParams,
  replaceSearchParams,
  URLSearchParams,
  watchSearchParams,
  webText,
} from './search-params.ts'
import { defineInterface, readOnly } from './web-interface.ts'

export { isURLSearchParams, makeURLSearchParams, searchParamsText } from './search-params.ts'

type Name =
  | ('href' | 'origin' | 'protocol' | 'username' | 'password' | 'host' | 'hostname' | 'port')
  | ('pathname' | 'search' | 'hash')
type Components = Readonly<Record<Name, string>>

let askWorker: (request: string) => string

/**
 * Defines `URL` and `URLSearchParams` on `target`.
 *
 * @param ask answers the requests above; must not throw
 */
export function installURL(target: object, ask: (request: string) => string): void {
  askWorker = ask
  defineInterface(target, URL, 1)
  reflectDefineProperty(URL.parse, 'length', readOnly(1))
  reflectDefineProperty(URL.canParse, 'length', readOnly(1))
  installURLSearchParams(target)
}

/** Asks the worker; `undefined` for an invalid URL. */
function ask(request: string): Components | undefined {
  const answer = jsonParse(askWorker(request)) as {
    ok: Components
    error: { name: string; message: string }
  }
  if (!objectHasOwn(answer, 'error')) return answer.ok
  if (answer.error.name === 'RangeError') throw new RangeErrorOf(answer.error.message)
  return undefined
}

function parse(input: string, base: string | undefined): Components | undefined {
  return ask(
    '["parse",' +
      jsonStringify(input) +
      (base === undefined ? '' : ',' + jsonStringify(base)) +
      ']',
  )
}

function invalidURL(input: string, base?: string): Error {
  const error = errorWithCode(TypeErrorOf, 'Invalid URL', 'ERR_INVALID_URL')
  reflectDefineProperty(error, 'input', hidden(input, true))
  if (base !== undefined) reflectDefineProperty(error, 'base', hidden(base, true))
  return error
}

/** The arguments of a constructor or parser: a text, and a base if there is one. */
function parserArguments(given: readonly unknown[]): { input: string; base: string | undefined } {
  if (given.length === 0) {
    throw errorWithCode(TypeErrorOf, 'The "url" argument must be specified', 'ERR_MISSING_ARGS')
  }
  const input = webText(given[0])
  const base = given.length > 1 && given[1] !== undefined ? webText(given[1]) : undefined
  return { input, base }
}

/** The powers over a `URL` that only the prelude has. */
interface Hooks {
  isURL(value: unknown): boolean
  /** The whole URL as text, past any patched getter. */
  urlHref(value: object): string
}

let hooks: Hooks

/** The guest's `URL`: keeps the components, and asks the worker to parse and to set them. */
export class URL {
  #components: Components
  #searchParams: URLSearchParams | undefined

  static {
    hooks = {
      isURL: value => typeof value === 'object' && value !== null && #components in value,
      urlHref: value => (value as URL).#components.href,
    }
  }

  constructor(...given: unknown[]) {
    const { input, base } = parserArguments(given)
    const components = parse(input, base)
    if (components === undefined) throw invalidURL(input, base)
    this.#components = components
  }

  static parse(...given: unknown[]): URL | null {
    const { input, base } = parserArguments(given)
    return parse(input, base) === undefined ? null : new URL(input, base)
  }

  static canParse(...given: unknown[]): boolean {
    const { input, base } = parserArguments(given)
    return parse(input, base) !== undefined
  }

  toString(): string {
    return this.#components.href
  }

  get href(): string {
    return this.#components.href
  }

  set href(value: unknown) {
    this.#components
    const input = webText(value)
    const components = parse(input, undefined)
    if (components === undefined) throw invalidURL(input)
    this.#components = components
    this.#updateSearchParams()
  }

  get origin(): string {
    return this.#components.origin
  }

  get protocol(): string {
    return this.#components.protocol
  }

  set protocol(value: unknown) {
    this.#set('protocol', value)
  }

  get username(): string {
    return this.#components.username
  }

  set username(value: unknown) {
    this.#set('username', value)
  }

  get password(): string {
    return this.#components.password
  }

  set password(value: unknown) {
    this.#set('password', value)
  }

  get host(): string {
    return this.#components.host
  }

  set host(value: unknown) {
    this.#set('host', value)
  }

  get hostname(): string {
    return this.#components.hostname
  }

  set hostname(value: unknown) {
    this.#set('hostname', value)
  }

  get port(): string {
    return this.#components.port
  }

  set port(value: unknown) {
    this.#set('port', value)
  }

  get pathname(): string {
    return this.#components.pathname
  }

  set pathname(value: unknown) {
    this.#set('pathname', value)
  }

  get search(): string {
    return this.#components.search
  }

  set search(value: unknown) {
    this.#set('search', value)
    this.#updateSearchParams()
  }

  get searchParams(): URLSearchParams {
    const { search } = this.#components
    if (this.#searchParams === undefined) {
      const params = new URLSearchParams(search)
      watchSearchParams(params, text => this.#set('search', text))
      this.#searchParams = params
    }
    return this.#searchParams
  }

  get hash(): string {
    return this.#components.hash
  }

  set hash(value: unknown) {
    this.#set('hash', value)
  }

  toJSON(): string {
    return this.#components.href
  }

  /** Sets one component. The parser ignores an impossible value. */
  #set(name: Name, value: unknown): void {
    const { href } = this.#components
    const text = jsonStringify(webText(value))
    this.#components =
      ask('["set",' + jsonStringify(href) + ',"' + name + '",' + text + ']') ?? this.#components
  }

  #updateSearchParams(): void {
    if (this.#searchParams === undefined) return
    replaceSearchParams(this.#searchParams, stringSlice(this.#components.search, 1))
  }
}

export const { isURL, urlHref } = hooks

/** A `URL` of a text that is one. */
export function makeURL(href: string): URL {
  return new URL(href)
}
