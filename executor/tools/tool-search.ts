/**
 * `search_tools` and `describe_tools`, which a program gets beside its tools when these are many.
 */

import type MiniSearch from 'minisearch'
import { inTurns } from '../../protocol/base/in-turns.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { declareTools } from '../../protocol/tool/declarations.ts'
import {
  describeToolsDescriptor,
  MANY_TOOLS,
  oneLine,
  searchToolsDescriptor,
} from '../../protocol/tool/many-tools.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'
import { describeTool, type Tool } from '../../protocol/tool/tool.ts'
import { Toolbox } from './toolbox.ts'

/** A tool as a search returns it. */
export interface FoundTool {
  readonly name: string
  readonly description: string
}

const DEFAULT_LIMIT = 10
/** A search costs by the word, and the index by the character. The rest is ignored. */
const MAX_QUERY_CHARACTERS = 500
const MAX_QUERY_WORDS = 20
const MAX_WORD_CHARACTERS = 40
const MAX_DESCRIPTION_CHARACTERS = 2000
const MAX_PARAMETERS = 100
/**
 * Characters of the descriptions of all tools together, and of the names of their parameters. The
 * more tools there are, the less of each is indexed.
 */
const MAX_INDEX_CHARACTERS = 250_000
/** Tools that are taken into the index at once: between them the event loop has its turn. */
const INDEX_CHUNK = 10
/** Letters in which a word may differ. More would find words that were not meant. */
const MAX_DIFFERENCES = 2
/** Both run on the host's thread, some milliseconds a call: one execution calls each so often. */
const MAX_CALLS_PER_EXECUTION = 100
/** Tools that one call describes at most. */
const MAX_DESCRIBED = 200
/** People search by names. The names of parameters say least. */
const boost = { name: 4, description: 2, parameters: 1 }

const searchable = new WeakMap<Toolbox, Toolbox>()

/**
 * The tools with the two that search them, when there are more than {@link MANY_TOOLS}; else as
 * they are. A tool that has one of their names already stays, and its one is left out.
 */
export function withToolSearch(toolbox: Toolbox): Toolbox {
  if (toolbox.tools.length <= MANY_TOOLS) return toolbox
  const known = searchable.get(toolbox)
  if (known !== undefined) return known
  const ours = toolSearch(toolbox.tools, () => both).filter(
    ({ name }) => toolbox.find(name) === undefined,
  )
  const both: Toolbox = new Toolbox([...toolbox.tools, ...ours])
  searchable.set(toolbox, both)
  // It has its own two.
  searchable.set(both, both)
  return both
}

/** The tools of an execution that came with it: all but those that search them. */
export function withoutToolSearch(toolbox: Toolbox): readonly Tool[] {
  return toolbox.tools.filter(tool => !made.has(tool))
}

/** The tools that were made here. */
const made = new WeakSet<Tool>()

/** @param seen all that the programs see */
function toolSearch(tools: readonly Tool[], seen: () => Toolbox): Tool[] {
  let index: Promise<MiniSearch> | undefined
  const search = async (query: string, limit: number) => {
    index ??= indexOf(tools)
    return (await index).search(shortQuery(query)).slice(0, limit)
  }
  const ours = [
    normalizeTool({
      ...searchToolsDescriptor,
      maxCallsPerExecution: MAX_CALLS_PER_EXECUTION,
      execute: async (input: { query: string; limit?: number }): Promise<FoundTool[]> => {
        const found = await search(input.query, input.limit ?? DEFAULT_LIMIT)
        return found.map(({ id }) => lineOf(tools[id] as Tool))
      },
    }),
    normalizeTool({
      ...describeToolsDescriptor,
      maxCallsPerExecution: MAX_CALLS_PER_EXECUTION,
      execute: async (...names: unknown[]): Promise<string> => {
        const given = names.flat()
        if (given.length > MAX_DESCRIBED) throw tooMany(given.length)
        const chosen = given.map(name => find(seen(), name))
        const missing = chosen.indexOf(undefined)
        if (missing >= 0) throw await unknown(given[missing], search, tools)
        const described = chosen.map(tool => describeTool(tool as Tool))
        return await inTurns(declareTools(described, seen().tools))
      },
    }),
  ]
  for (const tool of ours) made.add(tool)
  return ours
}

const lineOf = ({ name, description }: Tool): FoundTool => ({
  name,
  description: oneLine(description),
})

/** A tool by its name, or as programs write it. */
const find = ({ tools, globals }: Toolbox, name: unknown) =>
  tools.find(tool => tool.name === name) ??
  tools.find((_, i) => {
    const global = globals.names[i]
    return global?.spelling === name || global?.identifier === name
  })

/** The words of a query that are looked for: each of them once. */
function shortQuery(query: string): string {
  const given = new Set(words(query.slice(0, MAX_QUERY_CHARACTERS)))
  return Array.from(given, word => word.slice(0, MAX_WORD_CHARACTERS))
    .slice(0, MAX_QUERY_WORDS)
    .join(' ')
}

function tooMany(count: number): Error {
  const message = `Cannot describe ${count} tools at once: at most ${MAX_DESCRIBED}`
  return Object.assign(new RangeError(message), { code: 'LIMIT_EXCEEDED' satisfies ErrorCode })
}

async function unknown(
  name: unknown,
  search: (query: string, limit: number) => Promise<{ id: number }[]>,
  tools: readonly Tool[],
): Promise<Error> {
  const near = typeof name === 'string' ? await search(name, 5) : []
  const names = near.map(({ id }) => (tools[id] as Tool).name)
  const proposal = names.length === 0 ? 'search_tools finds names' : `like it: ${names.join(', ')}`
  const message = `Cannot describe ${JSON.stringify(name) ?? typeof name}: no tool has that name; ${proposal}`
  return Object.assign(new Error(message), { code: 'UNKNOWN_TOOL' satisfies ErrorCode })
}

/** Made by the first search: most programs know their tools. */
async function indexOf(tools: readonly Tool[]): Promise<MiniSearch> {
  const { default: MiniSearch } = await import('minisearch')
  const index = new MiniSearch({
    fields: Object.keys(boost),
    tokenize: words,
    searchOptions: {
      boost,
      // A short word is the beginning of too many.
      prefix: term => term.length > 2,
      fuzzy: term => (term.length > 4 ? 0.25 : false),
      maxFuzzy: MAX_DIFFERENCES,
    },
  })
  const most = Math.min(MAX_DESCRIPTION_CHARACTERS, Math.ceil(MAX_INDEX_CHARACTERS / tools.length))
  const documents = tools.map(({ name, description, parameters }, id) => ({
    id,
    name,
    description: description.slice(0, most),
    parameters: parameters.slice(0, MAX_PARAMETERS).join(' ').slice(0, most),
  }))
  await index.addAllAsync(documents, { chunkSize: INDEX_CHUNK })
  return index
}

/** The words of a text, those of a name as well: split at marks, and where a small letter ends. */
function words(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
}
