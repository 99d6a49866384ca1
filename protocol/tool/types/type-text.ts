/** Texts of TypeScript types, and how they are put together. */

import { isIdentifier } from '../identifier.ts'

/** The text of a type, with the parts of one that is a union or an intersection. */
export interface TypeText {
  readonly text: string
  readonly operator?: '|' | '&'
  readonly parts?: readonly string[]
}

/** A type that stands for itself in any place. */
export const atom = (text: string): TypeText => ({ text })

/** The type `any`. */
export const ANY = atom('any')
/** The type `never`. */
export const NEVER = atom('never')
/** The type `null`. */
export const NULL = atom('null')

/** `any` with the reason in a comment; it counts as `any`. */
export const anyBecause = (reason: string) => atom(`any /* ${reason} */`)

/** Whether a type is `any`, for whatever reason. */
export const isAny = ({ text, operator }: TypeText) =>
  operator === undefined && (text === 'any' || text.startsWith('any /*'))

/** The type of values that fit one of some types; with `any` among them it is `any`. */
export function unionOf(types: readonly TypeText[]): TypeText {
  return types.find(isAny) ?? joined(types, '|', 'never')
}

/** The type of values that fit all of some types; `any` among them is ignored. */
export function intersectionOf(types: readonly TypeText[]): TypeText {
  const specific = types.filter(type => !isAny(type))
  return specific.length === 0 ? (types[0] ?? ANY) : joined(specific, '&', 'any')
}

function joined(types: readonly TypeText[], operator: '|' | '&', empty: string): TypeText {
  const parts = new Set<string>()
  for (const type of types) {
    const inner = type.operator === operator ? (type.parts as readonly string[]) : [inside(type)]
    for (const part of inner) parts.add(part)
  }
  if (operator === '|' && parts.size > 1) parts.delete('never')
  const [only = empty] = parts
  if (parts.size > 1) return { text: [...parts].join(` ${operator} `), operator, parts: [...parts] }
  return types.length === 1 ? (types[0] as TypeText) : atom(only)
}

/** A type as an operand. */
export const inside = ({ text, operator }: TypeText) =>
  operator === undefined ? text : `(${text})`

/** The name of a property in a type. */
export const propertyName = (name: string) => (isIdentifier(name) ? name : JSON.stringify(name))

/** Indents each line of a text but the first. */
export const indented = (text: string) => text.replaceAll('\n', '\n  ')

/** A comment with these lines and a line end; empty without lines. */
export function docComment(lines: readonly string[]): string {
  const text = lines.flatMap(line => line.split('\n')).map(line => line.replaceAll('*/', '*\\/'))
  if (text.length === 0) return ''
  if (text.length === 1) return `/** ${text[0]} */\n`
  return `/**\n${text.map(line => ` * ${line}`.trimEnd()).join('\n')}\n */\n`
}
