/** Hints for a method that is not there, and for a member of nothing. */

import { isNode, type SyntaxNode } from '../../compile/parse/syntax-node.ts'
import { callbackOf } from '../../diagnosis/engine-messages.ts'
import { expressionText, withoutWrapping } from '../../diagnosis/expression-text.ts'
import type { Operation } from '../../diagnosis/scope.ts'
import { nearest } from './nearest-names.ts'

/** Kinds of values, each with the prototype that holds their methods. */
const kinds: readonly (readonly [kind: string, prototype: object])[] = [
  ['an array', Array.prototype],
  ['a text', String.prototype],
  ['a Map', Map.prototype],
  ['a Set', Set.prototype],
  ['a number', Number.prototype],
  ['a Date', Date.prototype],
  ['a promise', Promise.prototype],
  ['a regular expression', RegExp.prototype],
]

/** Objects whose functions are called by their names. */
const namespaces: Readonly<Record<string, object>> = {
  Object,
  Array,
  String,
  Number,
  Math,
  JSON,
  Promise,
  Date,
  Reflect,
  Symbol,
  BigInt,
  console,
}

/**
 * For a call of a value that is not a function.
 *
 * @param tools expressions by which tools are called
 */
export function hintForCall({ node }: Operation, tools: readonly string[]): string | undefined {
  const callee = withoutWrapping((node.callee ?? node.tag) as SyntaxNode)
  if (callee.type !== 'MemberExpression') return undefined
  const object = expressionText(callee.object as SyntaxNode)
  const property = callee.property as SyntaxNode
  const name = String(callee.computed ? (property.value ?? '') : (property.name ?? ''))
  if (object === 'crypto.subtle') {
    return `crypto.subtle has digest and nothing else here; ${name} is not available.`
  }
  if (name === '') return undefined
  const members = tools.filter(tool => tool.startsWith(`${object}.`))
  if (object === 'tools' || members.length > 0) return toolHint(object, name, tools, members)
  const namespace = Object.hasOwn(namespaces, object) ? namespaces[object] : undefined
  if (namespace !== undefined) {
    const [near] = nearest(name, Object.getOwnPropertyNames(namespace))
    return near === undefined ? undefined : `Did you mean ${object}.${near}?`
  }
  const owners = kinds.filter(([, prototype]) => Object.hasOwn(prototype, name))
  if (owners.length > 0) {
    const list = owners.map(([kind]) => kind).join(' or ')
    return `${name} is a method of ${list} and ${object} is none: look at its value with console.log(${object}).`
  }
  const [near] = nearest(name, new Set(kinds.flatMap(([, one]) => Object.getOwnPropertyNames(one))))
  return near === undefined
    ? `${object} has no method ${name}: look at its value with console.log(${object}).`
    : `Did you mean ${near}?`
}

/** For a built-in that was to call what is not a function. */
export function hintForCallback(operation: Operation): string | undefined {
  const { name } = operation
  const { place, node } = callbackOf(operation)
  if (name === undefined) return undefined
  if (!isNode(node)) return `${name} takes a function as its ${place} argument.`
  const given = withoutWrapping(node)
  const text = expressionText(given)
  if (given.type === 'CallExpression') {
    return `${text} is called before ${name}: pass the function itself, or write () => ${text}.`
  }
  const start = `${name} calls its ${place} argument`
  if (given.type === 'Identifier' || given.type === 'MemberExpression') {
    return `${start}: look at the value of ${text} with console.log(${text}).`
  }
  return `${start}: give it a function, such as x => x.`
}

function toolHint(
  object: string,
  name: string,
  tools: readonly string[],
  members: readonly string[],
): string | undefined {
  const near = nearest(name, object === 'tools' ? tools : members)
  if (near.length > 0) return `Did you mean ${near.join(' or ')}?`
  return members.length > 0
    ? `The tools of ${object} are ${members.slice(0, 5).join(', ')}.`
    : undefined
}

/** For a member that is read or set of `undefined` or `null`. */
export function hintForMember({ kind, node }: Operation): string | undefined {
  if (kind !== 'read' && kind !== 'write') return undefined
  const target = kind === 'write' ? ((node.left ?? node.argument) as SyntaxNode) : node
  const object = expressionText(withoutWrapping(target).object as SyntaxNode)
  if (object.startsWith('(')) return undefined
  if (object.startsWith('crypto.subtle')) return 'crypto.subtle has digest and nothing else here.'
  return `${object} has no value here: look at what it comes from with console.log, and use ?. where it may be absent.`
}
