/**
 * Reads the templates of the program corpus.
 *
 * A template is a program in which marks say where tools are called in one of its two forms:
 *
 * | mark            | without tools    | with tools      |
 * | --------------- | ---------------- | --------------- |
 * | `«x»`           | `x`              | `echo(x)`       |
 * | `«x¦y»`         | `x`              | `y`             |
 * | `«@key»`        | the value there  | `lookup('key')` |
 *
 * Marks may stand inside marks. A line `//// name` begins a template.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { PROGRAMS, table } from './programs-tools.ts'

/** A program in its two forms, which have the same value. */
export interface Template {
  /** `NNN-family-name`, the name of its files. */
  readonly name: string
  readonly plain: string
  readonly tools: string
}

/** All templates, numbered in the order of their files and in them. */
export function readTemplates(): Template[] {
  const folder = new URL('templates/', PROGRAMS)
  const files = readdirSync(folder).filter(file => file.endsWith('.txt'))
  const templates: Template[] = []
  for (const file of files.sort()) {
    const family = file.slice(file.indexOf('-') + 1, -'.txt'.length)
    const [head, ...parts] = readFileSync(new URL(file, folder), 'utf8').split(/^\/{4} /m)
    if (head !== '') throw new Error(`${file} does not begin with a template's name`)
    for (const part of parts) {
      const end = part.indexOf('\n')
      const number = String(templates.length + 1).padStart(3, '0')
      const name = `${number}-${family}-${part.slice(0, end)}`
      templates.push({ name, ...fill(name, `${part.slice(end + 1).trim()}\n`) })
    }
  }
  return templates
}

type Forms = Pick<Template, 'plain' | 'tools'>

function fill(name: string, text: string): Forms {
  const open: Array<{ before: Forms; first?: Forms }> = []
  let forms: Forms = { plain: '', tools: '' }
  for (const token of text.split(/([«¦»])/)) {
    const last = open.at(-1)
    if (token === '«') {
      open.push({ before: forms })
      forms = { plain: '', tools: '' }
    } else if (token === '¦' && last !== undefined && last.first === undefined) {
      last.first = forms
      forms = { plain: '', tools: '' }
    } else if (token === '»' && last !== undefined) {
      open.pop()
      forms = join(last.before, mark(last.first, forms))
    } else if (/[«¦»]/.test(token)) {
      throw new Error(`${name} has a ${token} too many`)
    } else forms = join(forms, { plain: token, tools: token })
  }
  if (open.length > 0) throw new Error(`${name} has a « too many`)
  return forms
}

function join(a: Forms, b: Forms): Forms {
  return { plain: a.plain + b.plain, tools: a.tools + b.tools }
}

function mark(first: Forms | undefined, last: Forms): Forms {
  const { plain } = first ?? last
  const key = plain.startsWith('@') ? plain.slice(1) : undefined
  if (key !== undefined && !Object.hasOwn(table, key)) throw new Error(`The table has no ${key}`)
  return {
    plain: key === undefined ? plain : literal(table[key]),
    tools: first ? last.tools : key === undefined ? `echo(${last.tools})` : `lookup('${key}')`,
  }
}

const MAX_LINE = 90

/** A value of JSON as people write it in a program. */
function literal(value: unknown, indent = ''): string {
  const line = inline(value)
  if (typeof value !== 'object' || value === null || line.length + indent.length <= MAX_LINE) {
    return line
  }
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const items = Object.entries(value).map(
    ([key, item]) => `${inner}${isList ? '' : `${property(key)}: `}${literal(item, inner)},\n`,
  )
  return isList ? `[\n${items.join('')}${indent}]` : `{\n${items.join('')}${indent}}`
}

function inline(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  const items = Object.entries(value).map(([key, item]) => `${property(key)}: ${inline(item)}`)
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`
}

function property(key: string): string {
  return /^[a-z_$][\w$]*$/i.test(key) ? key : `'${key}'`
}
