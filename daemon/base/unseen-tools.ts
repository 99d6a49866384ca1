/**
 * Tools of a source, such as a server, that has not listed them yet.
 *
 * A program that calls one gets the reason why there is none, rather than an error of the language
 * about a name that is not defined. Their names are those that the text of the program has.
 */

import { wordOf } from '../../protocol/tool/identifier.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import type { Tool } from '../../protocol/tool/tool.ts'

/** A source that has not listed its tools. */
export interface UnseenSource {
  /** The namespace of its tools. */
  readonly name: string
  /** What it is, for people: `the MCP server crm`. */
  readonly what: string
  /** The error of a call that cannot be made now. */
  unavailable(): Error
}

/** More of them are left out. */
const MAX_NAMES = 100

/** Stands for the tools of a source that the text of a program names. */
export function unseenTools(unseen: UnseenSource, source: string): readonly Tool[] {
  const { name, what } = unseen
  const names = new Set<string>()
  for (const [, word] of source.matchAll(memberOf(wordOf(name)))) names.add(word as string)
  for (const [, word] of source.matchAll(quoted(name))) names.add(word as string)
  return [...names].slice(0, MAX_NAMES).map(word =>
    normalizeTool({
      name: `${name}.${word}`,
      namespace: name,
      description: `A tool of ${what}, which has not been seen yet.`,
      execute() {
        throw unseen.unavailable()
      },
    } as never),
  )
}

/** `server.word`. Names of servers have no mark that means something in an expression. */
const memberOf = (variable: string) =>
  new RegExp(`(?<![\\w$.])${variable}\\.([A-Za-z_$][\\w$]{0,200})`, 'g')

/** `server.tool-name` in quotes. */
const quoted = (name: string) => new RegExp(`['"\`]${name}\\.([^'"\`\\s]{1,190})['"\`]`, 'g')
