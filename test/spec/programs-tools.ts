/** The tools of the program corpus: what each answers, whether it does so at once or later. */

import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

/** Where the corpus stands. */
export const PROGRAMS = new URL('programs/', import.meta.url)

/** What `lookup` knows. */
export const table: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(new URL('templates/table.json', PROGRAMS), 'utf8'),
)

/** The answers, as plain functions; each gives a copy, since values cross by value. */
export const answers = {
  echo: (value: unknown) => structuredClone(value),
  add: (a: number | string, b: number | string) => (a as number) + (b as number),
  lookup: (key: string) => {
    if (!Object.hasOwn(table, key)) throw new RangeError(`There is no ${key}`)
    return structuredClone(table[key])
  },
}

/** The same tools as an app would have them: each answers later. */
export const tools = {
  echo: async (value: unknown) => {
    await setImmediate()
    return value
  },
  add: async (a: number | string, b: number | string) => {
    await setImmediate()
    return answers.add(a, b)
  },
  lookup: async (key: string) => {
    await setImmediate()
    return answers.lookup(key)
  },
}
