/** Programs of the corpus, rewritten as models write them for other systems. */

import { type Node, Parser } from 'acorn'

/** A manner to write a program in; `undefined` for a program that cannot be written so. */
export type Manner = (source: string) => string | undefined

type Tree = Node & Record<string, unknown>

const PARAMETERS = { echo: ['value'], add: ['a', 'b'], lookup: ['key'] } as const

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && 'type' in value

const parse = (source: string): Tree =>
  Parser.parse(source, {
    ecmaVersion: 'latest',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
  }) as Node as Tree

function* walk(node: Tree): Generator<Tree> {
  yield node
  for (const value of Object.values(node)) {
    for (const child of [value].flat()) if (isTree(child)) yield* walk(child)
  }
}

interface Change {
  readonly start: number
  readonly end: number
  readonly text: string
}

const change = (source: string, changes: readonly Change[]): string =>
  [...changes]
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), source)

/** The calls of tools by their names; `undefined` when a tool is used in any other way. */
function callsOf(source: string): Tree[] | undefined {
  const calls: Tree[] = []
  let uses = 0
  for (const node of walk(parse(source))) {
    if (node.type === 'Identifier' && String(node.name) in PARAMETERS) uses++
    if (node.type !== 'CallExpression') continue
    const callee = node.callee as Tree
    if (callee.type === 'Identifier' && String(callee.name) in PARAMETERS) calls.push(node)
  }
  return uses === calls.length ? calls : undefined
}

/** `async () => { … }` around the program, whose last expression is returned. */
export const inAsyncArrow: Manner = source => {
  const last = (parse(source).body as Tree[]).at(-1)
  if (last?.type === 'ReturnStatement') return `async () => {\n${source}\n}`
  if (last?.type !== 'ExpressionStatement') return undefined
  const { start, end } = last.expression as Tree
  const text = `return (${source.slice(start, end)}\n);`
  return `async () => {\n${change(source, [{ start: last.start, end: last.end, text }])}\n}`
}

/** A helper around each tool, through which the program calls it. */
export const throughHelpers: Manner = source => {
  const calls = callsOf(source)
  if (calls === undefined || calls.length === 0) return undefined
  const renamed = change(
    source,
    calls.map(({ callee }) => {
      const { start, end, name } = callee as Tree
      return { start, end, text: `call_${String(name)}` }
    }),
  )
  return `const call_echo = value => echo(value)
function call_add(a, b) { return add(a, b) }
const api = { lookup: key => lookup(key) }, call_lookup = key => api.lookup(key);
${renamed}`
}

/** Each call with one object, as tools with a schema are called elsewhere. */
export const byObject: Manner = source => {
  const calls = callsOf(source)
  if (calls === undefined || calls.length === 0) return undefined
  const changes: Change[] = []
  for (const call of calls) {
    const names: readonly string[] =
      PARAMETERS[(call.callee as Tree).name as keyof typeof PARAMETERS]
    const args = call.arguments as Tree[]
    if (args.length > names.length || args.some(({ type }) => type === 'SpreadElement')) {
      return undefined
    }
    const start = source.indexOf('(', (call.callee as Tree).end)
    changes.push({ start, end: start + 1, text: '({' })
    args.forEach((argument, index) => {
      changes.push({ start: argument.start, end: argument.start, text: `${names[index]}: ` })
    })
    changes.push({ start: call.end - 1, end: call.end, text: '})' })
  }
  return change(source, changes)
}
