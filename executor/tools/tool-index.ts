/** The search over many tools: by words, within a namespace, in pages. */

import type MiniSearch from 'minisearch'
import type { SearchOptions } from 'minisearch'
import { oneLine } from '../../protocol/tool/many-tools.ts'
import { toolGlobals } from '../../protocol/tool/tool-globals.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'

/** A tool as a search returns it. */
export interface FoundTool {
  readonly name: string
  readonly description: string
}

/** The terms of one search. */
export interface ToolQuery {
  /** Words that say what the tool should do; empty: all tools, in their order. */
  readonly query: string
  /** Only tools of this group. */
  readonly namespace?: string | undefined
  readonly limit: number
  /** How many of the best tools are left out. */
  readonly offset?: number | undefined
}

/** The tools that a search found. */
export interface ToolPage {
  readonly tools: readonly FoundTool[]
  /** How many fit, on all pages. */
  readonly total: number
  /** Words that no tool has. */
  readonly unmatched: readonly string[]
}

/** The part of a tool that is searched. */
export type SearchedTool = Pick<
  ToolDescriptor,
  'name' | 'description' | 'inputSchema' | 'namespace' | 'isImported'
> & { readonly parameters?: readonly string[] }

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
/** People search by names. The names of parameters say least. */
const boost = { name: 4, description: 2, parameters: 1 }
/**
 * Places of words that one search visits, about: 0.5 µs each. Words that most tools have order them
 * least and cost most, so of a long query the rarest ones count.
 */
const MAX_PLACES = 4000
/** This many of the rarest words count in any case. */
const LEAST_WORDS = 3

/** Searches a set of tools. The index is made by the first search: most programs know their tools. */
export class ToolIndex {
  #tools: readonly SearchedTool[]
  #index: Promise<SearchIndex> | undefined
  /** The first tool of a name, in lower case; and as programs write it. */
  #byName: Map<string, number> | undefined
  #bySpelling: Map<string, number> | undefined

  constructor(tools: readonly SearchedTool[]) {
    this.#tools = tools
  }

  /** Finds tools, the one with exactly this name first, then best first. */
  async search({ query, namespace, limit, offset = 0 }: ToolQuery): Promise<ToolPage> {
    const asked = shortQuery(query)
    const isInside = (id: number) =>
      namespace === undefined || this.#tools[id]?.namespace === namespace
    const found: number[] = []
    const exact = this.#exact(query.trim())
    if (exact !== undefined && isInside(exact)) found.push(exact)
    const matched = new Set<string>()
    if (asked.length === 0) {
      for (const [id] of this.#tools.entries()) if (isInside(id) && id !== exact) found.push(id)
    } else {
      this.#index ??= indexOf(this.#tools)
      for (const id of ranked(await this.#index, asked, matched)) {
        if (id !== exact && isInside(id)) found.push(id)
      }
    }
    return {
      tools: found.slice(offset, offset + limit).map(id => lineOf(this.#tools[id] as SearchedTool)),
      total: found.length,
      unmatched: asked.filter(word => !matched.has(word.toLowerCase())),
    }
  }

  /** A tool by its name, or as programs write it. */
  #exact(name: string): number | undefined {
    if (name === '') return undefined
    const asked = name.toLowerCase()
    this.#byName ??= firstPlaces(this.#tools.map(tool => tool.name))
    const byName = this.#byName.get(asked)
    if (byName !== undefined) return byName
    this.#bySpelling ??= firstPlaces(toolGlobals(this.#tools).names.map(one => one.spelling))
    return this.#bySpelling.get(asked)
  }
}

/** The first place of each text, in lower case. */
function firstPlaces(texts: readonly string[]): Map<string, number> {
  const places = new Map<string, number>()
  for (const [at, text] of texts.entries()) {
    const key = text.toLowerCase()
    if (!places.has(key)) places.set(key, at)
  }
  return places
}

/** The index, and in how many fields of tools each word is. */
interface SearchIndex {
  readonly words: MiniSearch
  readonly counts: ReadonlyMap<string, number>
}

const lineOf = ({ name, description }: SearchedTool): FoundTool => ({
  name,
  description: oneLine(description),
})

/** For words that no tool has as they are: a letter may differ. */
const misspelt = {
  prefix: false,
  fuzzy: (term: string) => (term.length > 4 ? 0.25 : false),
  maxFuzzy: MAX_DIFFERENCES,
}

/**
 * The places of the tools that have the words, best first.
 *
 * @param matched gets the words that some tool has
 */
function ranked(
  { words: index, counts }: SearchIndex,
  asked: readonly string[],
  matched: Set<string>,
): number[] {
  const scores = new Map<number, number>()
  const add = (query: string, options?: SearchOptions) => {
    for (const { id, score, queryTerms } of index.search(query, options)) {
      for (const term of queryTerms) matched.add(term)
      scores.set(id, (scores.get(id) ?? 0) + score)
    }
  }
  const uncommon = asked.filter(word => !common.has(word.toLowerCase()))
  for (const word of asked) if (common.has(word.toLowerCase())) matched.add(word.toLowerCase())
  const counted = rarest(uncommon.length === 0 ? asked : uncommon, counts)
  for (const word of uncommon) if (!counted.includes(word)) matched.add(word.toLowerCase())
  add(counted.join(' '))
  const rest = uncommon.filter(word => !matched.has(word.toLowerCase()))
  if (rest.length > 0) add(rest.join(' '), misspelt)
  return [...scores].sort(([a, x], [b, y]) => y - x || a - b).map(([id]) => id)
}

/** The rarest words, as many as fit {@link MAX_PLACES}. */
function rarest(asked: readonly string[], counts: ReadonlyMap<string, number>): readonly string[] {
  const countOf = (word: string) => counts.get(word.toLowerCase()) ?? 0
  let places = asked.reduce((sum, word) => sum + countOf(word), 0)
  const left = new Set<string>()
  for (const word of asked.toSorted((a, b) => countOf(b) - countOf(a))) {
    if (places <= MAX_PLACES || asked.length - left.size <= LEAST_WORDS) break
    left.add(word)
    places -= countOf(word)
  }
  return left.size === 0 ? asked : asked.filter(word => !left.has(word))
}

/** Words that nearly every description has. */
const common = new Set(
  'a all an and any as at by for from in into is it its of on or that the this to with'.split(' '),
)

/** The words of a query that are looked for: each of them once. */
function shortQuery(query: string): string[] {
  const given = new Set(words(query.slice(0, MAX_QUERY_CHARACTERS)))
  return Array.from(given, word => word.slice(0, MAX_WORD_CHARACTERS)).slice(0, MAX_QUERY_WORDS)
}

async function indexOf(tools: readonly SearchedTool[]): Promise<SearchIndex> {
  const { default: MiniSearch } = await import('minisearch')
  const counts = new Map<string, number>()
  const index = new MiniSearch({
    fields: Object.keys(boost),
    tokenize: (text, field) => {
      const found = words(text)
      // The words of a query have no field.
      if (field !== undefined) count(counts, found)
      return found
    },
    searchOptions: {
      boost,
      // A short word is the beginning of too many.
      prefix: term => term.length > 2,
    },
  })
  const most = Math.min(MAX_DESCRIPTION_CHARACTERS, Math.ceil(MAX_INDEX_CHARACTERS / tools.length))
  const documents = tools.map((tool, id) => ({
    id,
    name: tool.name,
    description: tool.description.slice(0, most),
    parameters: parametersOf(tool).slice(0, MAX_PARAMETERS).join(' ').slice(0, most),
  }))
  await index.addAllAsync(documents, { chunkSize: INDEX_CHUNK })
  return { words: index, counts }
}

function count(counts: Map<string, number>, found: readonly string[]): void {
  for (const word of new Set(found.map(one => one.toLowerCase()))) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
}

function parametersOf({ parameters, inputSchema }: SearchedTool): readonly string[] {
  return parameters ?? Object.keys((inputSchema?.properties as object | undefined) ?? {})
}

/** The words of a text, those of a name as well: split at marks, and where a small letter ends. */
function words(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
}
