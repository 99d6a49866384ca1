/** `latchd mcp`: a server of the Model Context Protocol on standard input and output. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { Latchd } from '../../../sdk/index.ts'
import { digestOf } from '../../auth/secret-digest.ts'
import { scopes } from '../../auth/tokens.ts'
import type { LoadedConfig } from '../../config/config.ts'
import { cancelOnSignal } from '../cancel-on-signal.ts'
import type { Cli, Options } from '../cli.ts'
import { openClient } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { addSettingFlags } from '../setting-flags.ts'
import { addMcpLogin } from './mcp-login.ts'

/** The daemon that a host's programs run on. */
interface OpenDaemon {
  readonly client: Latchd
  /** Completes "Running programs …". */
  readonly where: string
  close(): Promise<void>
}

/** Adds `latchd mcp`: for hosts that start their servers, such as Claude Code or Codex. */
export function addMcp(program: Command, cli: Cli): void {
  const command = program
    .command('mcp')
    .description('speak MCP on stdin and stdout: on a daemon, else on one of its own')
  const keys = [
    'url',
    'stateDir',
    'tools',
    'fetchAllow',
    'workers',
    'isolation',
    'logLevel',
  ] as const
  addSettingFlags(command, keys).action(cli.action((options: Options) => mcp(options, cli)))
  addMcpLogin(command, cli)
}

async function mcp(options: Options, { terminal, config }: Cli): Promise<number> {
  const settings = config(options)
  const cancelling = cancelOnSignal(terminal)
  const daemon = await open(settings, terminal.env)
  try {
    print(terminal.stderr, `latchd: running programs ${daemon.where}`)
    const [{ serveStreams }, { clientBackend }] = await Promise.all([
      import('../../mcp/server/stdio.ts'),
      import('../../mcp/server/client-backend.ts'),
    ])
    await serveStreams(terminal, clientBackend(daemon.client), cancelling.signal, error =>
      print(terminal.stderr, `latchd: ${error.message}`),
    )
  } finally {
    cancelling.stop()
    await daemon.close()
  }
  return cancelling.stoppedBy === undefined ? exitCodes.ok : exitCodes[cancelling.stoppedBy]
}

async function open(settings: LoadedConfig, env: Cli['terminal']['env']): Promise<OpenDaemon> {
  if (settings.sources.url.from === 'default') return await openOwn(settings, env)
  const client = await openClient(settings)
  return { client, where: `on the daemon at ${settings.url}`, close: () => client.close() }
}

/** A daemon of this process, which no other program can use: on a free port, with a secret token. */
async function openOwn(settings: LoadedConfig, env: Cli['terminal']['env']): Promise<OpenDaemon> {
  const [{ startDaemon }, { Latchd }] = await Promise.all([
    import('../../start-daemon.ts'),
    import('../../../sdk/index.ts'),
  ])
  const secret = randomBytes(32).toString('base64url')
  const token = { name: 'mcp', digest: digestOf(secret), scopes, limits: {} }
  // What a person has not named is gone with the host.
  const isOwnFolder = settings.sources.stateDir.from === 'default'
  const stateDir = isOwnFolder ? mkdtempSync(join(tmpdir(), 'latchd-mcp-')) : settings.stateDir
  const remove = () => {
    if (isOwnFolder) rmSync(stateDir, { recursive: true, force: true })
  }
  const own = {
    ...settings,
    stateDir,
    host: '127.0.0.1',
    port: 0,
    socket: undefined,
    tokens: [token],
  }
  try {
    const daemon = await startDaemon(own, undefined, undefined, undefined, env)
    daemon.shrinkWhenIdle()
    const client = new Latchd({ url: daemon.url, token: secret })
    return {
      client,
      where: `in this process${isOwnFolder ? ', and their state ends with it' : ''}`,
      async close() {
        await client.close()
        await daemon.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
