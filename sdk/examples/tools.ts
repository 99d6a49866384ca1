/**
 * The tools of the example programs: asynchronous all of them but `celsius_to_fahrenheit`, small
 * and real. Files live in a temporary folder, the database in this process.
 */

import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { tool } from '../tool.ts'

const users = new Map([
  ['user_123', { id: 'user_123', name: 'Ada Lovelace', email: 'ada@example.com', plan: 'pro' }],
  ['user_456', { id: 'user_456', name: 'Grace Hopper', email: 'grace@example.com', plan: 'free' }],
])

const fetch_user_data = tool({
  name: 'fetch_user_data',
  description: 'Gives what the users service knows of a user.',
  inputSchema: z.object({ user_id: z.string() }),
  annotations: { readOnly: true },
  execute: async ({ user_id }) => {
    await wait(20)
    const user = users.get(user_id)
    if (user === undefined)
      throw Object.assign(new Error(`No user ${user_id}`), { code: 'NO_USER' })
    return user
  },
})

const cities: Record<string, { celsius: number; sky: string; currency: string }> = {
  London: { celsius: 14, sky: 'rain', currency: 'GBP' },
  Paris: { celsius: 19, sky: 'clouds', currency: 'EUR' },
  Tokyo: { celsius: 24, sky: 'sun', currency: 'JPY' },
}

const get_weather = tool({
  name: 'get_weather',
  description: 'Gives the weather of a city; takes 100 ms.',
  inputSchema: z.object({ city: z.enum(['London', 'Paris', 'Tokyo']) }),
  annotations: { readOnly: true },
  execute: async ({ city }) => {
    await wait(100)
    const { celsius, sky } = cities[city] as (typeof cities)[string]
    return { city, celsius, sky }
  },
})

const rates: Record<string, number> = { GBP: 0.79, EUR: 0.92, JPY: 151.2, USD: 1 }

const get_exchange_rate = tool({
  name: 'get_exchange_rate',
  description: 'Gives what a US dollar costs in another currency.',
  inputSchema: z.object({ currency: z.string().length(3) }),
  annotations: { readOnly: true },
  execute: async ({ currency }) => {
    await wait(100)
    const rate = rates[currency]
    if (rate === undefined) throw new RangeError(`No rate for ${currency}`)
    return rate
  },
})

const currency_of = tool({
  name: 'currency_of',
  description: 'Gives the currency that a city pays in.',
  inputSchema: z.object({ city: z.string() }),
  annotations: { readOnly: true },
  execute: async ({ city }) => cities[city]?.currency ?? 'USD',
})

const calculate_statistics = tool({
  name: 'calculate_statistics',
  description: 'Gives mean, least and greatest of numbers.',
  inputSchema: z.object({ numbers: z.array(z.number()).min(1) }),
  annotations: { readOnly: true },
  execute: async ({ numbers }) => ({
    mean: numbers.reduce((sum, n) => sum + n, 0) / numbers.length,
    min: Math.min(...numbers),
    max: Math.max(...numbers),
  }),
})

/** Synchronous, as tools were before: it needs no change. */
const celsius_to_fahrenheit = tool({
  name: 'celsius_to_fahrenheit',
  description: 'Converts a temperature.',
  inputSchema: z.object({ celsius: z.number() }),
  annotations: { readOnly: true },
  execute: ({ celsius }) => celsius * 1.8 + 32,
})

interface Row {
  readonly id: number
  readonly name: string
  readonly price: number
}

const rows = new Map<number, Row>()
let nextId = 1

const Fields = z.object({ name: z.string(), price: z.number().nonnegative() })

const db_insert = tool({
  name: 'db_insert',
  description: 'Inserts a product; gives its id.',
  inputSchema: Fields,
  execute: async fields => {
    await wait(5)
    const id = nextId++
    rows.set(id, { id, ...fields })
    return id
  },
})

const db_select = tool({
  name: 'db_select',
  description: 'Gives the products that cost at most so much.',
  inputSchema: z.object({ max_price: z.number().optional() }),
  annotations: { readOnly: true },
  execute: async ({ max_price = Number.POSITIVE_INFINITY }) => {
    await wait(5)
    return [...rows.values()].filter(row => row.price <= max_price)
  },
})

const db_update = tool({
  name: 'db_update',
  description: 'Changes the price of a product; tells whether there was one.',
  inputSchema: z.object({ id: z.int(), price: z.number().nonnegative() }),
  execute: async ({ id, price }) => {
    await wait(5)
    const row = rows.get(id)
    if (row !== undefined) rows.set(id, { ...row, price })
    return row !== undefined
  },
})

const db_delete = tool({
  name: 'db_delete',
  description: 'Deletes a product; tells whether there was one.',
  inputSchema: z.object({ id: z.int() }),
  annotations: { destructive: true },
  execute: async ({ id }) => {
    await wait(5)
    return rows.delete(id)
  },
})

const folder = mkdtemp(join(tmpdir(), 'latchd-example-'))
/** A file of the examples' own folder, whatever the program calls it. */
const fileOf = async (name: string) => join(await folder, basename(name))

const Name = z.object({ name: z.string().min(1) })
const Text = Name.extend({ text: z.string() })

const write_file = tool({
  name: 'write_file',
  description: 'Writes a file; gives its size in bytes.',
  inputSchema: Text,
  execute: async ({ name, text }) => {
    await writeFile(await fileOf(name), text)
    return Buffer.byteLength(text)
  },
})

const append_file = tool({
  name: 'append_file',
  description: 'Appends to a file.',
  inputSchema: Text,
  execute: async ({ name, text }) => await appendFile(await fileOf(name), text),
})

const read_file = tool({
  name: 'read_file',
  description: 'Reads a file.',
  inputSchema: Name,
  annotations: { readOnly: true },
  execute: async ({ name }) => {
    try {
      return await readFile(await fileOf(name), 'utf8')
    } catch (error) {
      // The path is the host's own business.
      const { code } = error as NodeJS.ErrnoException
      throw Object.assign(new Error(`Cannot read ${name}`), { name: 'FileError', code })
    }
  },
})

const team = ['Alice', 'Bob', 'Carol', 'Dan', 'Erin']

const get_team = tool({
  name: 'get_team',
  description: 'Gives the names of a team.',
  inputSchema: z.object({}),
  annotations: { readOnly: true },
  execute: async () => team,
})

const get_expenses = tool({
  name: 'get_expenses',
  description: 'Gives the expenses of a person in a quarter, one for each receipt.',
  inputSchema: z.object({ person: z.string(), quarter: z.enum(['Q1', 'Q2', 'Q3', 'Q4']) }),
  annotations: { readOnly: true },
  execute: async ({ person, quarter }) => {
    await wait(2)
    const seed = team.indexOf(person) + 1 + Number(quarter[1])
    return Array.from({ length: 20 }, (_, i) => ({
      item: `receipt ${i}`,
      amount: (seed * (i + 3)) % 97,
    }))
  },
})

const get_budget = tool({
  name: 'get_budget',
  description: 'Gives what a person may spend in a quarter.',
  inputSchema: z.object({ person: z.string() }),
  annotations: { readOnly: true },
  execute: async ({ person }) => 900 + 50 * team.indexOf(person),
})

const refund = tool({
  name: 'refund',
  description: 'Refunds an order, when a person agrees; gives a receipt.',
  inputSchema: z.object({ order: z.string(), amount: z.number().positive() }),
  needsApproval: true,
  execute: async ({ order, amount }) => `${order}: ${amount} EUR refunded`,
})

const count_down = tool({
  name: 'count_down',
  description: 'Counts down to one, one number at a time.',
  inputSchema: z.object({ from: z.int().positive() }),
  async *execute({ from }) {
    for (let n = from; n > 0; n--) {
      await wait(10)
      yield n
    }
  },
})

export default [
  fetch_user_data,
  get_weather,
  get_exchange_rate,
  currency_of,
  calculate_statistics,
  celsius_to_fahrenheit,
  db_insert,
  db_select,
  db_update,
  db_delete,
  write_file,
  append_file,
  read_file,
  get_team,
  get_expenses,
  get_budget,
  refund,
  count_down,
]
