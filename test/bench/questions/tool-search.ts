import { ToolIndex } from '../../../executor/tools/tool-index.ts'
import type { Answer, Effort, Question } from '../question.ts'
import { rowOf } from '../question.ts'
import { takeInTurns, timed } from '../rounds.ts'
import { p50 } from '../samples.ts'

const TOOLS = 3000
const ROUNDS = 200
const MAX_SEARCH_MS = 10

export const toolSearch: Question = {
  title: `One search over ${TOOLS} tools of thirty servers`,
  ask,
}

const verbs =
  'create get list update delete search find send archive merge close open sync export import validate approve reject move copy'.split(
    ' ',
  )
const nouns =
  'issue pull request user account invoice order payment customer ticket message channel file folder document comment label milestone release branch commit workflow job runner secret variable webhook team member role'.split(
    ' ',
  )
const fillers =
  'the of for with all by its when given which returns a an optional repository organization project current authenticated filter page number size limit sort date status name id'.split(
    ' ',
  )

const queries = {
  'eleven words that many tools have':
    'create issue label milestone repository organization user comment branch commit release',
  'the same, misspelt':
    'creat isue lable milestne repositry organizaton usr coment brnch comit relese',
  'a sentence': 'find the invoices of a customer by their status and date',
  'one name': 'api7.create_issue',
}

async function ask(effort: Effort): Promise<Answer> {
  const index = new ToolIndex(catalogue())
  await index.search({ query: 'warm', limit: 1 })
  const search = (query: string) => async () => {
    await index.search({ query, limit: 10 })
  }
  const taken = await takeInTurns(
    Object.values(queries).map(query => timed(search(query))),
    effort.count(ROUNDS),
  )
  const rows = Object.keys(queries).map((name, i) => rowOf(name, 'ms', taken[i]))
  return {
    rows,
    targets: rows.slice(0, 1).map(({ name, samples }) => ({
      what: `${name}, p50`,
      value: p50(samples),
      bound: MAX_SEARCH_MS,
      unit: 'ms' as const,
      sense: 'at most' as const,
    })),
  }
}

/** Tools whose words are those of many APIs, the same in each run. */
function catalogue() {
  let seed = 7
  const pick = (list: readonly string[]) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return list[Math.floor((seed / 2147483648) * list.length)] as string
  }
  const sentence = (length: number) =>
    Array.from({ length }, () => pick([pick(nouns), pick(verbs), pick(fillers), pick(fillers)]))
  return Array.from({ length: TOOLS }, (_, i) => ({
    name: `api${i % 30}.${pick(verbs)}_${pick(nouns)}_${pick(nouns)}_${i}`,
    namespace: `api${i % 30}`,
    description: sentence(20 + (i % 40)).join(' '),
    parameters: Array.from({ length: 5 }, () => `${pick(nouns)}_${pick(fillers)}`),
  }))
}
