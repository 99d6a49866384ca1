/** The command line of the MCP Inspector, as npm has it, against `/mcp` and `latchd mcp`. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { testDaemon } from '../support/daemon.ts'

/** The version that the assertions were written for. */
const INSPECTOR = '@modelcontextprotocol/inspector@0.15.0'
const latchd = resolve(import.meta.dirname, '../../bin/latchd.mjs')

const folder = mkdtempSync(join(tmpdir(), 'latchd-inspector-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'package.json'), '{"name":"inspector","private":true}')
const clean = Object.entries(process.env).filter(([name]) => !/^(TAP|npm_|NODE_OPT)/.test(name))
const options = { cwd: folder, env: Object.fromEntries(clean), maxBuffer: 16 * 1024 * 1024 }
const run = promisify(execFile)
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
await run('npm', ['install', ...quiet, INSPECTOR], options)

const { url } = await testDaemon(t)

/** Asks a server by the Inspector; `server` is its address or its command. */
async function ask(server: readonly string[], method: string, ...args: string[]) {
  const cli = join(folder, 'node_modules/.bin/mcp-inspector')
  const all = [cli, '--cli', ...server, '--method', method, ...args]
  const { stdout } = await run(process.execPath, all, options)
  return JSON.parse(stdout)
}

const servers = {
  '/mcp': [`${url}/mcp`, '--transport', 'http'],
  'latchd mcp': [process.execPath, latchd, 'mcp', '--url', url],
}
for (const [name, server] of Object.entries(servers)) {
  t.test(`the Inspector lists and calls the tools of ${name}`, async t => {
    const { tools } = await ask(server, 'tools/list')
    const names = tools.map((tool: { name: string }) => tool.name)
    t.ok(names.includes('run_program') && names.includes('wait'), names.join())
    t.match(await ask(server, 'prompts/list'), { prompts: [{ name: 'programs' }] })
    const source = 'console.log("hi"); 6 * 7'
    const program = ['--tool-name', 'run_program', '--tool-arg', `source=${source}`]
    const { structuredContent } = await ask(server, 'tools/call', ...program)
    t.match(structuredContent, { status: 'completed', output: 42, logs: 'hi' })
    const uri = `latchd://executions/${structuredContent.executionId}`
    const { contents } = await ask(server, 'resources/read', '--uri', uri)
    t.match(JSON.parse(contents[0].text), { status: 'completed' })
  })
}
