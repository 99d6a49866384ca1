/** TypeScript declarations of tools, to be put into a model's prompt. */

import { wordOf } from './identifier.ts'
import { isRecord } from './schema.ts'
import { type ToolGlobal, toolGlobals } from './tool-globals.ts'
import { parameterNote } from './types/shapes.ts'
import {
  parameterList,
  type Signature,
  type SignatureStyle,
  signatureOf,
} from './types/signature.ts'
import { docComment, indented } from './types/type-text.ts'
import type { ToolDescriptor } from './wire-tool.ts'

/**
 * Declares tools as the plain functions that programs see: each once, under a spelling that works,
 * followed by the types that refer to themselves.
 *
 * @param among all tools that the programs see, which decide the names; `tools` themselves by
 *   default
 */
export function toolDeclarations(
  tools: readonly ToolDescriptor[],
  among: readonly ToolDescriptor[] = tools,
): string {
  const steps = declareTools(tools, among)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** As {@link toolDeclarations}, with a step for each tool: the types of many take a while. */
export function* declareTools(
  tools: readonly ToolDescriptor[],
  among: readonly ToolDescriptor[] = tools,
): Generator<undefined, string> {
  const { names } = toolGlobals(among)
  const places = new Map(among.map(({ name }, at) => [name, at]))
  const types = new NamedTypes()
  const functions: string[] = []
  /** Members by the object that has them: a namespace, or `tools`. */
  const objects = new Map<string, string[]>()
  for (const tool of tools) {
    yield
    const global = names[places.get(tool.name) ?? -1] ?? toolGlobals([tool]).names[0]
    const { object, key, spelling } = placeOf(tool, global as ToolGlobal)
    const signature = signatureOf(tool, wordOf(spelling), types.style)
    const call = `(${parametersOf(signature)}): ${signature.result.text}`
    const comment = docComment(notesOf(tool, signature, global as ToolGlobal))
    if (object === undefined) functions.push(`${comment}declare function ${key}${call}`)
    else {
      const members = objects.get(object) ?? []
      objects.set(object, members)
      members.push(`  ${indented(comment)}${key}${indented(call)}`)
    }
  }
  const declared = Array.from(
    objects,
    ([object, members]) => `declare const ${object}: {\n${members.join('\n')}\n}`,
  )
  return [...functions, ...declared, ...types.declarations].join('\n\n')
}

/** Types that have names, each its own within one text. */
class NamedTypes {
  readonly declarations: string[] = []
  #taken = new Set<string>()

  readonly style: SignatureStyle = {
    reader: 'prompt',
    freeName: name => {
      let free = name
      for (let i = 2; this.#taken.has(free); i++) free = `${name}_${i}`
      this.#taken.add(free)
      return free
    },
    declare: text => {
      this.declarations.push(text)
    },
  }
}

function placeOf({ name }: ToolDescriptor, { identifier, member, spelling }: ToolGlobal) {
  if (member !== undefined && member.key !== undefined) {
    return { object: member.namespace, key: member.key, spelling }
  }
  return identifier === undefined
    ? { object: 'tools', key: JSON.stringify(name), spelling: name }
    : { object: undefined, key: identifier, spelling }
}

function parametersOf({ positional, input, needsInput }: Signature): string {
  if (needsInput || positional === undefined) {
    return input === undefined ? '...args: any[]' : `input: ${input}`
  }
  return parameterList(positional)
}

function notesOf(
  { name, description, inputSchema, maxCallsPerExecution: most }: ToolDescriptor,
  { positional, needsInput }: Signature,
  { spelling }: ToolGlobal,
): string[] {
  const byName = `tools[${JSON.stringify(name)}]`
  const isShort = needsInput && positional !== undefined && positional.length > 0
  return [
    description,
    ...(needsInput ? [] : parameterNotes(inputSchema?.properties)),
    most === undefined ? '' : `A program may call it ${most === 1 ? 'once' : `${most} times`}.`,
    isShort ? `Also ${spelling}(${positional.map(one => one.name).join(', ')}).` : '',
    spelling === name || spelling === byName ? '' : `Also ${byName}.`,
  ].filter(line => line !== '')
}

function parameterNotes(properties: unknown): string[] {
  return Object.entries(isRecord(properties) ? properties : {}).flatMap(([name, schema]) => {
    const note = parameterNote(schema)
    return note === '' ? [] : [`@param ${wordOf(name)} ${note}`]
  })
}
