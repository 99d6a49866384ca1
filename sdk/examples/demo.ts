/** `npm run demo`: starts a daemon, runs the example programs on it, prints sources and outcomes. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Latchd } from '../index.ts'

const here = new URL('.', import.meta.url)
const command = fileURLToPath(new URL('../../bin/latchd.mjs', here))

/** A daemon that does not come up in this time does not come up. */
const START_MS = 30_000

function step(text: string): void {
  console.log(`▸ ${text}`)
}

/** Starts a daemon on a free port; gives its URL and what stops it. */
async function startDaemon(): Promise<{ url: string; stop: () => Promise<void> }> {
  const tools = fileURLToPath(new URL('tools.ts', here))
  const daemon = spawn(
    process.execPath,
    [command, 'serve', '--port', '0', '--tools', tools, '--log-level', 'warn'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const exited = once(daemon, 'exit')
  const lines = createInterface({ input: daemon.stdout })
  const signal = AbortSignal.timeout(START_MS)
  const [line] = await Promise.race([
    once(lines, 'line', { signal }) as Promise<[string]>,
    exited.then(([code]) => Promise.reject(new Error(`the daemon ended with code ${code}`))),
  ])
  step(line)
  const url = line.slice(line.indexOf('http'))
  const stop = async () => {
    daemon.kill('SIGTERM')
    await exited
  }
  return { url, stop }
}

/** Runs one program and tells all of it. @returns whether it came to its end */
async function show(latchd: Latchd, file: string): Promise<boolean> {
  const source = readFileSync(new URL(`programs/${file}`, here), 'utf8')
  step(file)
  console.log(source.trimEnd().replace(/^/gm, '    │ '))
  const language = file.endsWith('.ts') ? 'typescript' : 'javascript'
  const outcome = await latchd.execute({ source, language })
  for (const { text } of outcome.logs) console.log(text.replace(/^/gm, '    log  '))
  const { calls, wallMs, cpuMs } = outcome.usage
  const used = `${calls} calls, ${Math.round(wallMs)} ms, ${cpuMs.toFixed(1)} ms of CPU`
  if (outcome.status === 'completed') {
    const kind = outcome.isFinalAnswer ? 'final answer' : 'output'
    console.log(`    ${kind}  ${outcome.outputForms?.text}   (${used})\n`)
    return true
  }
  console.log(
    `    ${outcome.status}  ${'error' in outcome ? outcome.error.message : ''}   (${used})\n`,
  )
  return false
}

const startedAtMs = performance.now()
step('starting a daemon with the tools of sdk/examples/tools.ts')
const { url, stop } = await startDaemon()
const latchd = new Latchd({ url })
const files = readdirSync(new URL('programs/', here)).sort()
let failures = 0
try {
  for (const file of files) if (!(await show(latchd, file))) failures++
} finally {
  await latchd.close()
  await stop()
}
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
step(`${files.length - failures} of ${files.length} programs completed in ${seconds} s`)
process.exitCode = failures === 0 ? 0 : 1
