/** A client whose types are generated from the OpenAPI document. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { testDaemon } from '../support/daemon.ts'
import { generateTypes } from '../support/generate-client.ts'

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

const tsconfig = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: 'nodenext',
    target: 'esnext',
    allowImportingTsExtensions: true,
    types: [],
    lib: ['esnext', 'dom'],
    skipLibCheck: true,
  },
  include: ['*.ts'],
}

/** What an app does: runs a program, answers its question, reads how it ended, and is refused. */
const app = `
import createClient from 'openapi-fetch'
import type { components, paths } from './latchd.ts'

const client = createClient<paths>({ baseUrl: process.argv[2] ?? '' })
const source = 'human_approval("Go on?").approved ? 6 * 7 : 0'
const { data: execution } = await client.POST('/v1/execute', { body: { source } })
if (execution?.status !== 'waiting') throw new Error('it does not wait')
const approvalId = execution.waitingFor[0]?.approvalId ?? ''
const { data: approval } = await client.POST('/v1/approvals/{id}', {
  params: { path: { id: approvalId } },
  body: { decision: 'approve', reason: 'fine' },
})
const { data: ended } = await client.GET('/v1/executions/{id}', {
  params: { path: { id: execution.executionId }, query: { waitMs: 30_000 } },
})
if (ended?.status !== 'completed') throw new Error('it has not completed')
const { data: list } = await client.GET('/v1/executions', {
  params: { query: { status: 'completed', limit: 10 } },
})
const ids: string[] = (list?.data ?? []).map(one => one.executionId)
const { error, response } = await client.GET('/v1/executions/{id}', {
  params: { path: { id: 'exe_none' } },
})
const calls: components['schemas']['CallRecord'][] = ended.calls
console.log(JSON.stringify([
  approval?.status, ended.output.value, ids.includes(ended.executionId), calls[0]?.tool,
  response.status, error?.code,
]))
`

/** A folder of an app, with what it has installed. */
function appFolder(t: Test, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchd-generated-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

t.test('types of openapi-typescript fit a strict app, which runs', async t => {
  const { url } = await testDaemon(t)
  const document = await (await fetch(`${url}/openapi.json`)).text()
  const folder = appFolder(t, {
    'package.json': '{"type":"module"}',
    'tsconfig.json': JSON.stringify(tsconfig),
    'latchd.ts': await generateTypes(document),
    'app.ts': `declare const process: { argv: string[] }\n${app}`,
  })
  const check = async () => {
    // tap's loader, which it gives every process of Node, is not for the compiler.
    const tsc = ['-u', 'NODE_OPTIONS', join(root, 'node_modules/.bin/tsc'), '-p', folder]
    try {
      await run('env', tsc, { cwd: folder })
      return ''
    } catch (error) {
      const { stdout, stderr, message } = error as Error & { stdout: string; stderr: string }
      return stdout + stderr || message
    }
  }
  t.equal(await check(), '')
  const { stdout } = await run(process.execPath, [join(folder, 'app.ts'), url], { cwd: folder })
  t.strictSame(JSON.parse(stdout), ['approved', 42, true, 'human_approval', 404, 'NOT_FOUND'])
  // The types know what there is not.
  writeFileSync(join(folder, 'app.ts'), app.replace('decision: ', 'decided: '))
  t.match(await check(), /decided/)
})
