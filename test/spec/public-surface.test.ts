/**
 * The public surface is what it was: exports with their types, the OpenAPI document, the commands'
 * help, settings and codes. `UPDATE_SURFACE=1` writes it anew, for a change that is meant.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { startHere } from '../support/command-here.ts'
import { testDaemon } from '../support/daemon.ts'
import { documentLines, exportLines, settingLines } from '../support/public-surface.ts'
import { testFolder } from '../support/test-folder.ts'

const folder = resolve(import.meta.dirname, '../fixtures/public-surface')

function holds(name: string, text: string): void {
  const path = resolve(folder, `${name}.txt`)
  if (process.env.UPDATE_SURFACE === '1') writeFileSync(path, `${text}\n`)
  t.equal(`${text}\n`, readFileSync(path, 'utf8'), name)
}

t.test('exports have the names and types that they had', async t => {
  holds('exports', exportLines(testFolder(t)))
})

t.test('settings and codes are what they were', async () => {
  holds('settings', settingLines())
})

t.test('the OpenAPI document is what it was', async t => {
  const { url } = await testDaemon(t)
  const document = await (await fetch(`${url}/openapi.json`)).json()
  holds('openapi', documentLines(document).join('\n'))
})

t.test('the help of each command is what it was', async t => {
  const helpOf = async (...args: string[]) => (await startHere(t, [...args, '--help']).ended).stdout
  const overview = await helpOf()
  const commands = Array.from(overview.matchAll(/^ {2}([a-z]+)(?= )/gm), ([, name = '']) => name)
  t.ok(commands.length > 15, commands.join(' '))
  const texts = [overview]
  for (const name of commands) texts.push(await helpOf(name))
  holds('help', texts.join('\n'))
})
