/**
 * The engine's messages: which step of a program each of them is about, and how V8 says it.
 *
 * The engine's own wording leaves out what was called or read; models know V8's.
 */

import { isNode, type SyntaxNode } from '../compile/parse/syntax-node.ts'
import { expressionText } from './expression-text.ts'
import type { Operation, OperationKind } from './scope.ts'

/** What a message says of the step that failed. */
export interface EngineMessage {
  readonly kinds: readonly OperationKind[]
  /** The member, variable or operator that it names. */
  readonly name?: string | undefined
  /** Whether it is thrown in the frame of what was called, at no step of that. */
  readonly isOfCallee?: boolean
  /** V8's wording; `undefined` when the engine's is to stay. */
  wording(operation: Operation): string | undefined
}

type MessageParser = (match: RegExpExecArray) => EngineMessage

const OPERATORS = /^(?:\+|-|\*|\/|%|\*\*|&|\||\^|<<|>>|>>>|<|>|<=|>=|==|!=|~|!)$/

const callee = ({ node }: Operation): string =>
  expressionText((node.callee ?? node.tag) as SyntaxNode)

const fixed = (kinds: readonly OperationKind[], text: string): MessageParser => {
  return () => ({ kinds, wording: () => text })
}

/** By what the engine throws in the program's own frames. */
const messages: readonly (readonly [RegExp, MessageParser])[] = [
  [
    /^cannot read property '(?:Symbol\.iterator|\[?Symbol\.iterator\]?)' of (undefined|null)$/,
    ([, value]) => ({ kinds: ['iterate'], wording: op => notIterable(op, value) }),
  ],
  [
    /^cannot read property '(.*)' of (undefined|null)$/s,
    ([, name, value]) => ({
      kinds: ['read', 'destructure'],
      name,
      wording: () => `Cannot read properties of ${value} (reading '${name}')`,
    }),
  ],
  [
    /^cannot set property '(.*)' of (undefined|null)$/s,
    ([, name, value]) => ({
      kinds: ['write'],
      name,
      wording: () => `Cannot set properties of ${value} (setting '${name}')`,
    }),
  ],
  [
    /^not a function$/,
    () => ({
      kinds: ['call', 'construct'],
      wording: op =>
        `${callee(op)} is not a ${op.kind === 'construct' ? 'constructor' : 'function'}`,
    }),
  ],
  [
    /^not a constructor$/,
    () => ({ kinds: ['construct'], wording: op => `${callee(op)} is not a constructor` }),
  ],
  [
    /^class constructors must be invoked with 'new'$/,
    () => ({
      kinds: ['call'],
      isOfCallee: true,
      wording: op => `Class constructor ${callee(op)} cannot be invoked without 'new'`,
    }),
  ],
  [
    /^(?:value|object) is not iterable$/,
    () => ({ kinds: ['iterate'], wording: op => notIterable(op, undefined) }),
  ],
  [
    /^Cannot convert undefined or null to object$/,
    () => ({ kinds: ['destructure'], wording: notAnObject }),
  ],
  [
    /^'(.*)' is read-only$/,
    ([, name]) => ({ kinds: ['assign', 'write'], name, wording: readOnly }),
  ],
  [
    /^(.*) is not initialized$/,
    ([, name]) => ({
      kinds: name === 'this' ? ['name', 'construct', 'call'] : ['name', 'assign'],
      name,
      wording: () =>
        name === 'this'
          ? "Must call super constructor in derived class before accessing 'this' or returning from derived constructor"
          : `Cannot access '${name}' before initialization`,
    }),
  ],
  [
    /^'?(.*?)'? is not defined$/,
    ([, name]) => ({ kinds: ['name'], name, wording: () => undefined }),
  ],
  [
    /^private class field '(#.*)' does not exist$/,
    ([, name]) => ({
      kinds: ['read', 'write'],
      name,
      wording: op =>
        `Cannot ${op.kind === 'write' ? 'write' : 'read'} private member ${name} ${op.kind === 'write' ? 'to' : 'from'} an object whose class did not declare it`,
    }),
  ],
  [
    /^invalid 'in' operand$/,
    () => ({
      kinds: ['operate'],
      name: 'in',
      wording: ({ node }) =>
        `Cannot use 'in' operator: ${expressionText(node.right as SyntaxNode)} is not an object`,
    }),
  ],
  [
    /^invalid 'instanceof' right operand$/,
    () => ({
      kinds: ['operate'],
      name: 'instanceof',
      wording: () => "Right-hand side of 'instanceof' is not callable",
    }),
  ],
  [
    /^cannot convert (?:BigInt to number|number to BigInt|to BigInt)$|^both operands must be BigInt$|^cannot mix BigInt/,
    fixed(['operate'], 'Cannot mix BigInt and other types, use explicit conversions'),
  ],
  [
    /^BigInt division by zero$/,
    () => ({ kinds: ['operate'], name: '/', wording: () => 'Division by zero' }),
  ],
  [/^cannot convert symbol to (string|number)$/, symbolConversion],
  [
    /^object is not extensible$/,
    () => ({
      kinds: ['write'],
      wording: ({ name }) => `Cannot add property ${name ?? '…'}, object is not extensible`,
    }),
  ],
  [
    /^no setter for property(?: '(.*)')?$/,
    ([, name]) => ({
      kinds: ['write'],
      name,
      wording: ({ name: property }) =>
        `Cannot set property ${property ?? name ?? '…'} of an object which has only a getter`,
    }),
  ],
]

function symbolConversion([, kind]: RegExpExecArray): EngineMessage {
  const text = `Cannot convert a Symbol value to a ${kind}`
  return { kinds: ['operate'], wording: () => text }
}

function notIterable({ node }: Operation, value: string | undefined): string {
  const text = node.type === 'ArrayPattern' ? (value ?? 'The value') : expressionText(node)
  return `${text} is not iterable`
}

function notAnObject({ name, node }: Operation): string {
  const text = node.type === 'ObjectPattern' ? 'the value' : `'${expressionText(node)}'`
  const value = /^'(undefined|null)'$/.exec(text)?.[1] ?? 'undefined or null'
  const what = name === undefined ? text : `property '${name}' of ${text}`
  return `Cannot destructure ${what} as it is ${value}.`
}

function readOnly({ kind, name }: Operation): string {
  return kind === 'assign'
    ? 'Assignment to constant variable.'
    : `Cannot assign to read only property '${name ?? ''}' of object`
}

/** What a message is about; `undefined` for one that no step of the language throws. */
export function readMessage(message: string): EngineMessage | undefined {
  for (const [pattern, read] of messages) {
    const match = pattern.exec(message)
    if (match) return read(match)
  }
  return undefined
}

/** Whether a step may be the one that a message is about. */
export function fits({ kinds, name }: EngineMessage, operation: Operation): boolean {
  if (!kinds.includes(operation.kind)) return false
  if (operation.kind === 'operate') {
    if (name !== undefined) return operation.name === name
    return operation.name === undefined || OPERATORS.test(operation.name)
  }
  return name === undefined || operation.name === undefined || operation.name === name
}

/**
 * Words of the message of an error that is made with a string; `undefined` where the source does not
 * say.
 */
export function saysMessage({ node }: Operation, message: string): boolean | undefined {
  const [text] = (node.arguments ?? []) as SyntaxNode[]
  if (text === undefined) return message === ''
  if (text.type === 'Literal') return String(text.value) === message
  if (text.type !== 'TemplateLiteral') return undefined
  const quasis = text.quasis as { value: { cooked?: string } }[]
  let at = 0
  for (const { value } of quasis) {
    const found = message.indexOf(value.cooked ?? '', at)
    if (found < 0) return false
    at = found + (value.cooked ?? '').length
  }
  return true
}

/** Messages of built-ins, as V8 words them. */
const builtIns: Readonly<Record<string, string>> = {
  'Date value is NaN': 'Invalid time value',
  'invalid array length': 'Invalid array length',
  'empty array': 'Reduce of empty array with no initial value',
  'expecting hex digit': 'URI malformed',
  'circular reference': 'Converting circular structure to JSON',
  'invalid repeat count': 'Invalid count value',
}

/** Built-ins that take their callback after what they run over. */
const CALLBACK_IS_SECOND = /^(?:from|fromAsync|groupBy)$/

/** The argument that a built-in calls. @param operation the call of the built-in */
export function callbackOf({ name, node }: Operation): {
  readonly place: 'first' | 'second'
  readonly node: SyntaxNode | undefined
} {
  const args = (node.arguments ?? []) as SyntaxNode[]
  return CALLBACK_IS_SECOND.test(name ?? '')
    ? { place: 'second', node: args[1] }
    : { place: 'first', node: args[0] }
}

/** V8's wording of what a built-in has thrown. @param operation the call of it */
export function builtInWording(message: string, operation: Operation): string | undefined {
  if (Object.hasOwn(builtIns, message)) return builtIns[message]
  if (operation.name === 'any' && message === '') return 'All promises were rejected'
  const [first] = (operation.node.arguments ?? []) as SyntaxNode[]
  const text = isNode(first) ? expressionText(first) : 'undefined'
  if (message === 'not a function') {
    const { node } = callbackOf(operation)
    return `${isNode(node) ? expressionText(node) : 'undefined'} is not a function`
  }
  if (message === 'not a constructor') return `${callee(operation)} is not a constructor`
  const isIterable = /^(?:value is not iterable|cannot read property 'Symbol.iterator' of .*)$/
  return isIterable.test(message) ? `${text} is not iterable` : undefined
}
