/** Servers of the Model Context Protocol for tests, and daemons that are configured with them. */

import { resolve } from 'node:path'
import type { Test } from 'tap'
import type { Daemon } from '../../daemon/start-daemon.ts'
import { post, testDaemon } from './daemon.ts'

/** The settings of the fixture's server, with its modes. */
export const fixtureServer = (...modes: string[]) => ({
  command: process.execPath,
  args: [resolve(import.meta.dirname, '../fixtures/mcp/server.mjs'), ...modes],
})

/** A server from npm: it is run from its package. */
export const npmServer = (name: string, ...args: string[]) => ({
  command: process.execPath,
  args: [
    resolve(
      import.meta.dirname,
      `../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`,
    ),
    ...args,
  ],
})

/** A daemon with servers of the protocol. */
export function mcpDaemon(
  t: Test,
  servers: Record<string, object>,
  env: Record<string, string> = {},
): Promise<Daemon> {
  return testDaemon(t, { LATCHD_MCP_SERVERS: JSON.stringify(servers), ...env })
}

/** Runs a program of a daemon; gives the execution. */
export async function execute(
  { url }: { readonly url: string },
  source: string,
  more: object = {},
  headers: Record<string, string> = {},
) {
  const { body } = await post(`${url}/v1/execute`, { source, ...more }, headers)
  return body
}

/** Runs a program that must complete; gives its value. */
export async function valueFrom(daemon: { readonly url: string }, source: string, more?: object) {
  const { status, output, error } = await execute(daemon, source, more)
  if (status !== 'completed') throw new Error(`the program is ${status}: ${JSON.stringify(error)}`)
  return output.value
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // No such process.
    return false
  }
}
