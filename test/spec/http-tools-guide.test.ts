/** The guide to tools by HTTP: its configurations are loaded, and its programs run against a server. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { testSettings } from '../support/daemon.ts'
import { type Answer, answering, httpApi } from '../support/http-api.ts'
import { execute, valueFrom } from '../support/mcp.ts'
import { stateFolder } from '../support/state-folder.ts'

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/http-tools.md'), 'utf8')
const blocks = Array.from(
  guide.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm),
  ([, kind = '', text = '']) => ({ kind, text }),
)
const of = (kind: string) => blocks.filter(block => block.kind === kind).map(({ text }) => text)

const json = (value: unknown): Answer => answering(200, 'application/json', JSON.stringify(value))
const weather = { authorization: 'Bearer the-token-of-the-weather' }
const api = await httpApi(t, {
  '/cities/Paris/forecast': ({ url, headers }, response) => {
    const isRight = url.endsWith('?days=2') && headers.authorization === weather.authorization
    json(isRight ? [19, 21] : url)({} as never, response)
  },
  '/notes': ({ body }, response) => json(JSON.parse(body.toString()))({} as never, response),
  '/v1/orders': ({ url, headers }, response) => {
    const isRight =
      url.endsWith('?status=open&status=paid&limit=10') && headers['x-api-key'] === 'key'
    json(isRight ? [{ customer: 'ada' }, { customer: 'bob' }] : url)({} as never, response)
  },
  '/v1/orders/404': answering(404, 'text/plain', 'there is none'),
})

const folder = stateFolder(t)
writeFileSync(join(folder, 'shop.yaml'), of('yaml shop.yaml')[0] as string)
writeFileSync(join(folder, 'weather-token'), 'the-token-of-the-weather\n')
/** What the guide has at two hosts is at one here. */
const here = (text: string) => text.replaceAll(/https:\/\/\w+\.example/g, api.url)
const written = Object.assign(
  {},
  ...['json requests', 'json documents'].flatMap(of).map(text => JSON.parse(here(text))),
)
writeFileSync(join(folder, 'latchd.config.json'), JSON.stringify(written))
const daemon = await startDaemon(
  loadConfig({
    flags: {},
    env: testSettings(t, { SHOP_KEY: 'key' }),
    cwd: folder,
    readFile: path => readFileSync(path, { encoding: 'utf8' }),
  }),
)
t.teardown(() => daemon.close())

t.test('the programs of the guide give the values that it says', async t => {
  const programs = of('js program')
  const values = of('json value')
  t.equal(programs.length, 2)
  for (const [at, source] of programs.entries()) {
    t.strictSame(await valueFrom(daemon, source), JSON.parse(values[at] as string), source)
  }
})

t.test('its policy asks', async t => {
  t.match(await execute(daemon, `shop.createOrder('cy')`), { status: 'waiting' })
})

t.test('it names every key of both settings', async t => {
  const keys = guide.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)
  const named = new Set(
    [...keys].flatMap(([, cell = '']) => cell.split(', ').map(key => key.slice(1, -1))),
  )
  const known =
    'description method url headers inputSchema outputSchema annotations allow timeoutMs maxConcurrentCalls document server serverVariables operations overlays policy'
  t.strictSame([...named].sort(), known.split(' ').sort())
})
