/** A daemon in a process of its own, as its users start it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const root = join(import.meta.dirname, '..', '..')

/** The command's script, in development and as it is published. */
export const scripts = {
  development: join(root, 'bin', 'latchd.mjs'),
  published: join(root, 'dist', 'daemon', 'main.js'),
} as const

export interface DaemonProcess {
  readonly url: string
  readonly pid: number
  /** From the start of its process to its ready line. */
  readonly readyMs: number
  stop(): Promise<void>
}

export async function startDaemonProcess(
  script: string,
  {
    env = {},
    workers,
    tools = [],
    logLevel = 'error',
  }: {
    env?: Record<string, string>
    workers?: number
    /** Paths of tool modules. */
    tools?: readonly string[]
    logLevel?: string
  } = {},
): Promise<DaemonProcess> {
  const stateDir = await mkdtemp(join(tmpdir(), 'latchd-bench-'))
  const from = performance.now()
  const args = [script, 'serve', '--port', '0', '--log-level', logLevel, '--state-dir', stateDir]
  if (workers !== undefined) args.push('--workers', String(workers))
  if (tools.length > 0) args.push('--tools', ...tools)
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await readyUrl(child)
  const readyMs = performance.now() - from
  return {
    url,
    pid: child.pid as number,
    readyMs,
    async stop() {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
      await rm(stateDir, { recursive: true })
    },
  }
}

const READY = 'latchd listening on '

async function readyUrl(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    if (line.startsWith(READY)) return line.slice(READY.length)
  }
  throw new Error('The daemon ended before it was ready')
}
