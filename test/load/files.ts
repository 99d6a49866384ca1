/**
 * Files through a daemon: 200 MB of them in 100 executions, and one of 64 MB from tool to tool.
 * Prints the daemon's resident memory before, at its highest, and after.
 *
 * `node test/load/files.ts [--executions N] [--bytes N]`
 */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Latchd } from '../../sdk/index.ts'

const { values } = parseArgs({
  options: {
    executions: { type: 'string', default: '100' },
    bytes: { type: 'string', default: '2000000' },
  },
})
const MB = 1_000_000
const LARGE_BYTES = 64 * MB

const folder = mkdtempSync(join(tmpdir(), 'latchd-load-files-'))
const tools = `
import { openAsBlob } from 'node:fs'
import { createHash } from 'node:crypto'
const schema = properties => ({ type: 'object', properties, required: Object.keys(properties) })
export default [
  { name: 'make', description: '', inputSchema: schema({ bytes: { type: 'integer' }, seed: { type: 'integer' } }),
    execute: ({ bytes, seed }) => new File([new Uint8Array(bytes).fill(seed)], 'made.bin') },
  { name: 'large', description: '', inputSchema: schema({}),
    execute: async () => new File([await openAsBlob(${JSON.stringify(join(folder, 'large'))})], 'large.bin') },
  { name: 'digest', description: '', inputSchema: schema({ file: {} }),
    execute: async ({ file }) => {
      const hash = createHash('sha256')
      for await (const chunk of file.stream()) hash.update(chunk)
      return hash.digest('hex')
    } },
]`
writeFileSync(join(folder, 'tools.mjs'), tools)
writeFileSync(join(folder, 'large'), Buffer.alloc(LARGE_BYTES, 7))

const main = resolve(import.meta.dirname, '../../daemon/main.ts')
const state = join(folder, 'state')
const args = ['serve', '--port', '0', '--state-dir', state, '--tools', join(folder, 'tools.mjs')]
const daemon = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
const url = await new Promise<string>(found => {
  daemon.stdout.on('data', (text: Buffer) => {
    const address = /http:\S+/.exec(String(text))?.[0]
    if (address !== undefined) found(address)
  })
})

/** Bytes of the daemon that are in memory. */
function residentBytes(): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1024
}

let highest = 0
const watch = setInterval(() => {
  highest = Math.max(highest, residentBytes())
}, 20)
const latchd = new Latchd({ url })
const show = (bytes: number) => `${Math.round(bytes / MB)} MB`

async function measured(what: string, run: () => Promise<unknown>): Promise<void> {
  const before = residentBytes()
  highest = before
  const startedAt = performance.now()
  await run()
  const tookMs = Math.round(performance.now() - startedAt)
  console.log(
    `${what}: ${tookMs} ms; resident ${show(before)} before, ${show(highest)} at most, ${show(residentBytes())} after`,
  )
}

async function run(source: string, seed: number): Promise<void> {
  const outcome = await latchd.execute({ source, inputs: { seed, bytes: Number(values.bytes) } })
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome))
  const { files } = outcome
  if (files.length === 0) return
  const { size } = await (files[0] as (typeof files)[0]).blob()
  if (size !== files[0]?.size) throw new Error(`a file of ${size} bytes`)
}

try {
  const source = 'const file = make(bytes, seed); emit(file); digest(file)'
  for (let i = 0; i < 10; i++) await run(source, i)
  const count = Number(values.executions)
  await measured(
    `${count} executions with a file of ${show(Number(values.bytes))} each`,
    async () => {
      for (let i = 0; i < count; i++) await run(source, 10 + (i % 240))
    },
  )
  await measured(`a file of ${show(LARGE_BYTES)} from tool to tool`, () =>
    run('digest(large())', 0),
  )
} finally {
  clearInterval(watch)
  await latchd.close()
  daemon.kill()
  await new Promise(ended => daemon.on('exit', ended))
  rmSync(folder, { recursive: true })
}
