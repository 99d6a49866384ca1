/** What an editor shows of the public API: each field and method has its own words. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { limitTable } from '../../protocol/limits.ts'

const read = (path: string) => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8')

/** The members of a declaration, two spaces deep, with the comment that ends on the line above. */
function members(path: string, head: RegExp): { name: string; comment: string }[] {
  const text = read(path)
  const start = text.search(head)
  const body = text.slice(start, text.indexOf('\n}', start))
  const found = [
    ...body.matchAll(
      /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^ {2}(?:readonly |async )?\*?([a-z]\w*)\??(?=[:(<])/gm,
    ),
  ]
  return found.map(([, comment = '', name = '']) => ({ name, comment }))
}

const declarations: [path: string, head: RegExp, atLeast: number][] = [
  ['protocol/execution/execute-request.ts', /^export interface ExecuteRequest /m, 15],
  ['protocol/execution/executor.ts', /^export interface Executor /m, 10],
  ['protocol/execution/executor.ts', /^export interface SessionHandle /m, 6],
  ['protocol/execution/executor.ts', /^export interface Sessions /m, 5],
  ['protocol/execution/executor.ts', /^export interface Approvals /m, 4],
  ['protocol/limits.ts', /^export const limitTable /m, 12],
  ['sdk/latchd.ts', /^export class Latchd /m, 15],
]

/** A further signature of the method above it, and what a class shows nobody. */
const covered = new Set(['constructor', 'sessionId'])

t.test('each field of requests, limits and the client says what it is', async t => {
  for (const [path, head, atLeast] of declarations) {
    const found = members(path, head)
    t.ok(found.length >= atLeast, `${path} ${head}: ${found.length}`)
    const told = new Set(found.filter(({ comment }) => comment !== '').map(({ name }) => name))
    const untold = found.filter(({ name }) => !told.has(name) && !covered.has(name))
    t.strictSame(untold, [], `${path} ${head}`)
  }
})

t.test('what is shown of a limit has its default and its ceiling', async t => {
  const number = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ' ')
  for (const { name, comment } of members('protocol/limits.ts', /^export const limitTable /m)) {
    const row = limitTable[name as keyof typeof limitTable]
    const bounds = `${number(row.default)} by default, at most ${number(row.ceiling)}.`
    t.ok(comment.replaceAll(/\s+\*?\s*/g, ' ').includes(bounds), `${name}: ${bounds}`)
  }
})
