/** Writes the table of codes in docs/errors.md from protocol/errors.ts, which has the groups as comments. */

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ErrorCode, errorTable } from '../../protocol/errors.ts'

const root = resolve(import.meta.dirname, '../..')
const guide = resolve(root, 'docs/errors.md')
const source = resolve(root, 'protocol/errors.ts')

const START = '<!-- codes: written by test/spec/generate-error-table.ts -->\n'
const END = '<!-- /codes -->'

/** The guide as it is, and as it should be. */
export function errorGuide(): { readonly is: string; readonly shouldBe: string } {
  const is = readFileSync(guide, 'utf8')
  const from = is.indexOf(START) + START.length
  const to = is.indexOf(END)
  return { is, shouldBe: `${is.slice(0, from)}${tables()}\n${is.slice(to)}` }
}

function tables(): string {
  return [...groups()].map(([title, codes]) => `\n### ${title}\n\n${table(codes)}\n`).join('')
}

/** The codes by the comment that stands above them in the source. */
function groups(): Map<string, ErrorCode[]> {
  const text = readFileSync(source, 'utf8')
  const body = text.slice(text.indexOf('errorTable = {'), text.indexOf('} as const satisfies'))
  const found = new Map<string, ErrorCode[]>()
  let codes: ErrorCode[] = []
  for (const [, title, code] of body.matchAll(/^ {2}(?:\/\/ (.*)\.|([A-Z_]+): \{)/gm)) {
    if (title !== undefined) {
      codes = []
      found.set(title, codes)
    } else codes.push(code as ErrorCode)
  }
  return found
}

function table(codes: readonly ErrorCode[]): string {
  const rows = codes.map(
    (
      code,
    ): { title: string; actor: string; retryable: boolean; status?: number; code: string } => ({
      code,
      ...errorTable[code],
    }),
  )
  const hasStatus = rows.some(({ status }) => status !== undefined)
  const head = ['code', ...(hasStatus ? ['HTTP'] : []), 'who', 'again', '']
  const lines = rows.map(({ code, status, actor, retryable, title }) => [
    `\`${code}\``,
    ...(hasStatus ? [status === undefined ? '' : String(status)] : []),
    actor,
    retryable ? 'yes' : 'no',
    title,
  ])
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |')
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n')
}

if (import.meta.main) writeFileSync(guide, errorGuide().shouldBe)
