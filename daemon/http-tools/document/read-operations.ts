/** The operations of a document, each as a request that tools make. */

import { isRecord } from '../../../protocol/base/predicates.ts'
import type { JsonSchema } from '../../../protocol/schema.ts'
import { nameMatcher } from '../../base/name-patterns.ts'
import { isJsonType, isTextType } from '../body.ts'
import { annotationsOf, type HttpMethod, type HttpOperation, httpMethods } from '../operation.ts'
import { type InputParts, readParameters } from './parameters.ts'
import type { DocumentPlan, ReadingOptions } from './plan.ts'
import { followed, Untaken } from './references.ts'
import { readBody } from './request-body.ts'
import { asSchema, DocumentSchemas } from './schemas.ts'
import { serverOf } from './servers.ts'

/** More operations are left out. */
const MAX_OPERATIONS = 10_000
/** Characters of a description that are kept. */
const MAX_DESCRIPTION = 4000
/** Warnings about one document. */
const MAX_WARNINGS = 100

/** Reads the operations of a document of OpenAPI 3.1. @throws {Error} when it has none at all */
export function readOperations(
  document: Record<string, unknown>,
  options: ReadingOptions,
): DocumentPlan {
  const { paths } = document
  if (!isRecord(paths)) throw new Error('it has no paths')
  const reader = new OperationReader(document, options)
  for (const [path, item] of Object.entries(paths)) reader.readPath(path, item)
  return reader.plan
}

class OperationReader {
  #document: Record<string, unknown>
  #options: ReadingOptions
  #isWanted: (names: readonly string[]) => boolean
  #inputs: DocumentSchemas
  #outputs: DocumentSchemas
  #operations = new Map<string, HttpOperation>()
  #serverUrls = new Set<string>()
  #warnings: string[] = []

  constructor(document: Record<string, unknown>, options: ReadingOptions) {
    this.#document = document
    this.#options = options
    this.#inputs = new DocumentSchemas(document, 'input')
    this.#outputs = new DocumentSchemas(document, 'output')
    const isIncluded = options.include === undefined ? () => true : nameMatcher(options.include)
    const isExcluded = nameMatcher(options.exclude)
    this.#isWanted = names => names.some(isIncluded) && !names.some(isExcluded)
  }

  get plan(): DocumentPlan {
    return {
      operations: [...this.#operations.values()],
      inputSchemas: this.#inputs.definitions,
      outputSchemas: this.#outputs.definitions,
      serverUrls: [...this.#serverUrls],
      warnings: this.#warnings,
    }
  }

  readPath(path: string, written: unknown): void {
    let item: Record<string, unknown>
    try {
      item = followed(this.#document, written)
    } catch (error) {
      this.#leaveOut(path, error)
      return
    }
    for (const method of httpMethods) {
      const operation = item[method.toLowerCase()]
      if (operation === undefined) continue
      const name = nameOf(method, path, operation)
      if (!this.#isWanted([name, `${this.#options.name}.${name}`, `${method} ${path}`])) continue
      try {
        this.#take(this.#read(name, method, path, item, operation))
      } catch (error) {
        this.#leaveOut(`${method} ${path}`, error)
      }
    }
  }

  #take(operation: HttpOperation): void {
    if (this.#operations.has(operation.name)) throw new Untaken('another one has its name')
    if (this.#operations.size >= MAX_OPERATIONS) {
      throw new Untaken(`there are more than ${MAX_OPERATIONS}`)
    }
    this.#operations.set(operation.name, operation)
  }

  #leaveOut(what: string, error: unknown): void {
    // Of the stack: a schema nests deeper than was thought of.
    if (!(error instanceof Untaken || error instanceof RangeError)) throw error
    if (this.#warnings.length < MAX_WARNINGS) {
      this.#warnings.push(`the operation ${what} is left out: ${error.message}`)
    }
  }

  /** @throws {Untaken} */
  #read(
    name: string,
    method: HttpMethod,
    path: string,
    item: Record<string, unknown>,
    written: unknown,
  ): HttpOperation {
    if (!isRecord(written)) throw new Untaken('it is no object')
    const input: InputParts = { properties: {}, required: [] }
    const listed = [item.parameters, written.parameters].flatMap(list =>
      Array.isArray(list) ? list : [],
    )
    const { ownHeaders } = this.#options
    const parameters = readParameters(this.#document, listed, this.#inputs, ownHeaders, input)
    refuseUnknownParts(path, parameters)
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const body = hasBody
      ? readBody(this.#document, written.requestBody, this.#inputs, input)
      : undefined
    const servers = [written.servers, item.servers, this.#document.servers]
    const server = serverOf(servers, this.#options)
    if (this.#options.server === undefined) this.#serverUrls.add(new URL(server).origin)
    const answer = this.#answer(written.responses)
    return {
      name: `${this.#options.name}.${name}`,
      description: descriptionOf(written, item),
      method,
      url: `${server}${path.startsWith('/') ? '' : '/'}${path}`,
      parameters,
      ...(body && { body }),
      accept: answer.accept,
      inputSchema: {
        type: 'object',
        properties: input.properties,
        ...(input.required.length > 0 && { required: [...new Set(input.required)] }),
        additionalProperties: false,
      },
      ...(answer.schema && { outputSchema: answer.schema }),
      annotations: annotationsOf(method),
    }
  }

  /** What the first answer of success says: only for declarations, so what is broken is left out. */
  #answer(responses: unknown): { readonly accept: string; readonly schema?: JsonSchema } {
    try {
      const all = isRecord(responses) ? responses : {}
      const code = Object.keys(all)
        .filter(one => /^2(\d\d|XX)$/i.test(one))
        .sort()[0]
      if (code === undefined) return { accept: '*/*' }
      const { content } = followed(this.#document, all[code])
      if (!isRecord(content)) return { accept: '*/*' }
      const types = Object.keys(content)
      const json = types.find(isJsonType)
      if (json !== undefined) {
        const media = content[json]
        const schema = isRecord(media) ? asSchema(this.#outputs.read(media.schema)) : {}
        return { accept: `${json}, */*;q=0.5`, schema }
      }
      const [type] = types
      if (type === undefined) return { accept: '*/*' }
      const format = isTextType(type) ? {} : { format: 'binary' }
      return { accept: `${type}, */*;q=0.5`, schema: { type: 'string', ...format } }
    } catch (error) {
      if (!(error instanceof Untaken)) throw error
      return { accept: '*/*' }
    }
  }
}

/** @throws {Untaken} when the path has a part that no parameter fills */
function refuseUnknownParts(path: string, parameters: HttpOperation['parameters']): void {
  const known = new Set(parameters.filter(one => one.in === 'path').map(({ name }) => name))
  for (const [, part = ''] of path.matchAll(/\{([^{}]*)\}/g)) {
    if (!known.has(part)) throw new Untaken(`its path has {${part}}, which is no parameter of it`)
  }
}

/** The operation's own name, else its method and path as a word. */
function nameOf(method: string, path: string, operation: unknown): string {
  const own = isRecord(operation) ? operation.operationId : undefined
  if (typeof own === 'string' && own.trim() !== '') return own.trim()
  const words = path.split(/[^A-Za-z0-9]+/).filter(word => word !== '')
  return [method.toLowerCase(), ...words].join('_')
}

function descriptionOf(operation: Record<string, unknown>, item: Record<string, unknown>): string {
  const texts = [operation.summary ?? item.summary, operation.description ?? item.description]
  const said = texts.filter(text => typeof text === 'string' && text.trim() !== '') as string[]
  const [first, second] = said.map(text => text.trim())
  // A summary that the description begins with says nothing more.
  const all =
    second === undefined || first === undefined || second.startsWith(first)
      ? [second ?? first ?? '']
      : [`${first}${/[.!?]$/.test(first) ? '' : '.'}`, second]
  const text = all.join('\n').slice(0, MAX_DESCRIPTION)
  return operation.deprecated === true ? `Deprecated. ${text}`.trim() : text
}
