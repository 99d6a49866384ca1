/**
 * Text to guest values: the other half of `encode.ts`, for values from the host.
 *
 * Every value is first made empty and then filled, so that cycles and shared references come out as
 * they went in, and depth costs no stack.
 */

import type { FileFacts } from '../../../protocol/values/file-reference.ts'
import {
  HOLE,
  NEGATIVE_INFINITY,
  NEGATIVE_ZERO,
  NOT_A_NUMBER,
  PLAIN,
  POSITIVE_INFINITY,
  SPARSE,
  UNDEFINED,
} from '../../../protocol/values/value-format.ts'
import { makeFile } from '../files/blob.ts'
import {
  AggregateErrorOf,
  BigIntOf,
  DataViewOf,
  DateOf,
  ErrorOf,
  hidden,
  isArray,
  jsonParse,
  MapOf,
  mapSet,
  ObjectOf,
  objectCreate,
  objectHasOwn,
  objectKeys,
  RegExpOf,
  record,
  reflectConstruct,
  reflectDefineProperty,
  SetOf,
  setAdd,
  standardErrors,
  stringSlice,
  typedArrayConstructors,
  unlinkedList,
} from '../primordials.ts'
import { fromBase64Text } from '../web/base64.ts'
import { makeURL, makeURLSearchParams } from '../web/url.ts'

/**
 * Decodes a text of `protocol/values/values.ts` or `encode.ts`, which is trusted to be well formed.
 */
export function decode(text: string): unknown {
  const body = stringSlice(text, 1)
  const parsed: unknown = jsonParse(body)
  if (text[0] === PLAIN) return parsed
  if (typeof parsed === 'number') return fromSentinel(parsed)
  return new Reader(parsed as unknown[]).read()
}

function fromSentinel(index: number): unknown {
  switch (index) {
    case UNDEFINED:
      return undefined
    case NOT_A_NUMBER:
      return 0 / 0
    case POSITIVE_INFINITY:
      return 1 / 0
    case NEGATIVE_INFINITY:
      return -1 / 0
    case NEGATIVE_ZERO:
      return -0
    default:
      throw new ErrorOf('unknown sentinel ' + index)
  }
}

class Reader {
  #forms: readonly unknown[]
  #made = unlinkedList<unknown>()

  constructor(forms: readonly unknown[]) {
    this.#forms = forms
  }

  read(): unknown {
    for (let i = 0; i < this.#forms.length; i++)
      if (!objectHasOwn(this.#made, i)) this.#made[i] = this.#make(i)
    for (let i = 0; i < this.#forms.length; i++) this.#fill(this.#forms[i], this.#made[i])
    return this.#made[0]
  }

  #at(index: number): unknown {
    return index < 0 ? fromSentinel(index) : this.#made[index]
  }

  /** Makes a value with nothing in it; kinds that cannot be filled later come out whole. */
  #make(index: number): unknown {
    const form = this.#forms[index]
    if (typeof form !== 'object' || form === null) return form
    if (!isArray(form)) return {}
    // Never past the end: a program may have put something on `Array.prototype` there.
    const kind = form.length > 0 ? form[0] : 0
    if (typeof kind !== 'string') return []
    switch (kind) {
      case 'null':
        return objectCreate(null)
      case 'Entries':
        return {}
      case 'NullEntries':
        return objectCreate(null)
      case 'Map':
        return new MapOf()
      case 'Set':
        return new SetOf()
      case 'Error':
        return makeError(this.#forms[form[1]] as Record<string, number>, this.#forms)
      case 'Date':
        return new DateOf(form[1] === '' ? 0 / 0 : form[1])
      case 'RegExp':
        return new RegExpOf(form[1], form.length > 2 ? form[2] : '')
      case 'BigInt':
        return BigIntOf(form[1])
      case 'ArrayBuffer':
        return fromBase64Text(form[1])
      case 'URL':
        return makeURL(form[1])
      case 'URLSearchParams':
        return makeURLSearchParams(form[1])
      case 'File':
        return makeFile(this.#facts(this.#forms[form[1]] as Record<string, number>))
      case 'Object': {
        const inner = form[1] < 0 ? fromSentinel(form[1]) : this.#earlier(form[1])
        return ObjectOf(inner)
      }
      default: {
        const buffer = this.#earlier(form[1])
        const constructor = kind === 'DataView' ? DataViewOf : typedArrayConstructors[kind]
        if (constructor === undefined) throw new ErrorOf('unknown kind ' + kind)
        return reflectConstruct(
          constructor,
          form.length > 2 ? [buffer, form[2], form[3]] : [buffer],
        )
      }
    }
  }

  /** The facts of a file: primitives, which its object needs at once. */
  #facts(form: Record<string, number>): FileFacts {
    const facts = record()
    const keys = objectKeys(form)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      facts[key] = this.#forms[form[key] as number]
    }
    return facts as never
  }

  /** A part that its owner needs whole: buffers and boxed primitives, which refer to nothing. */
  #earlier(index: number): unknown {
    if (!objectHasOwn(this.#made, index)) this.#made[index] = this.#make(index)
    return this.#made[index]
  }

  #fill(form: unknown, made: unknown): void {
    if (typeof form !== 'object' || form === null) return
    if (!isArray(form)) {
      const keys = objectKeys(form)
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] as string
        this.#set(made as object, key, (form as Record<string, number>)[key] as number)
      }
      return
    }
    switch (form.length > 0 ? form[0] : 0) {
      case 'null':
        for (let i = 1; i < form.length; i += 2) this.#set(made as object, form[i], form[i + 1])
        return
      case 'NullEntries':
      case 'Entries': {
        const entries = this.#forms[form[1]] as number[]
        for (let i = 0; i < entries.length; i += 2)
          this.#set(
            made as object,
            this.#at(entries[i] as number) as string,
            entries[i + 1] as number,
          )
        return
      }
      case 'Map':
        for (let i = 1; i < form.length; i += 2)
          mapSet(made as Map<unknown, unknown>, this.#at(form[i]), this.#at(form[i + 1]))
        return
      case 'Set':
        for (let i = 1; i < form.length; i++) setAdd(made as Set<unknown>, this.#at(form[i]))
        return
      case 'Error':
        this.#fillError(made as Error, this.#forms[form[1]] as Record<string, number>)
        return
      case SPARSE:
        ;(made as unknown[]).length = form[1]
        for (let i = 2; i < form.length; i += 2) this.#set(made as object, form[i], form[i + 1])
        return
      default:
        if (typeof form[0] === 'string') return
    }
    // An assignment might meet a setter that the program put on `Array.prototype`.
    for (let i = 0; i < form.length; i++)
      if (form[i] !== HOLE) this.#set(made as object, i, form[i])
    ;(made as unknown[]).length = form.length
  }

  #set(target: object, key: PropertyKey, index: number): void {
    reflectDefineProperty(target, key, hidden(this.#at(index), true))
  }

  #fillError(error: Error, parts: Record<string, number>): void {
    const keys = objectKeys(parts)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      const value = this.#at(parts[key] as number)
      const isEnumerable =
        key !== 'name' && key !== 'message' && key !== 'cause' && key !== 'errors'
      if (key === 'name' && error.name === value) continue
      reflectDefineProperty(error, key, hidden(value, isEnumerable))
    }
  }
}

/** An error made by the constructor of that name, so that `instanceof` holds on this side too. */
function makeError(parts: Record<string, number>, forms: readonly unknown[]): Error {
  const name = forms[parts.name as number] as string
  if (name === 'AggregateError') return reflectConstruct(ErrorOf, [''], AggregateErrorOf)
  const constructor = objectHasOwn(standardErrors, name)
    ? (standardErrors[name] as ErrorConstructor)
    : ErrorOf
  return new constructor('')
}
