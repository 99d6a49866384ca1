/** `latchd mcp login`: a person lets the daemon use a server of theirs. */

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { errorText } from '../../../protocol/base/error-text.ts'
import { cancelOnSignal } from '../cancel-on-signal.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { UsageError } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds `latchd mcp login NAME`, for servers with `oauth` in the configuration. */
export function addMcpLogin(mcp: Command, cli: Cli): void {
  const command = mcp
    .command('login')
    .description('log in to an MCP server of the configuration whose oauth asks for a person')
    .argument('<name>', 'the name of the server in mcpServers')
  addSettingFlags(command, ['stateDir']).action(
    // Flags that `latchd mcp` has too are taken by that.
    cli.action((name: string) => login(name, command.optsWithGlobals(), cli)),
  )
}

async function login(name: string, options: Options, { terminal, config }: Cli): Promise<number> {
  const { mcpServers, stateDir } = config(options)
  const server = mcpServers.find(one => one.name === name)
  if (server === undefined) {
    const known = mcpServers.map(one => one.name).join(', ') || 'none'
    throw new UsageError(
      `Cannot log in to ${name}: no server in mcpServers has that name: ${known}`,
    )
  }
  const { transport } = server
  const oauth = transport.kind === 'http' ? transport.oauth : undefined
  if (transport.kind !== 'http' || oauth?.grant !== 'authorization_code') {
    throw new UsageError(
      `Cannot log in to ${name}: its entry in mcpServers needs "oauth": {} beside its url`,
    )
  }
  const [{ logIn }, { OAuthFile }] = await Promise.all([
    import('../../mcp/client/oauth-login.ts'),
    import('../../mcp/client/oauth-file.ts'),
  ])
  const cancelling = cancelOnSignal(terminal)
  try {
    await logIn({
      serverUrl: transport.url,
      oauth,
      file: new OAuthFile(resolve(terminal.cwd, stateDir), name, transport.url),
      onPage: url => print(terminal.stdout, `Open this page to log in to ${name}:\n${url}`),
      signal: cancelling.signal,
    })
  } catch (error) {
    if (cancelling.stoppedBy !== undefined) return exitCodes[cancelling.stoppedBy]
    const why = errorText(error)
    throw new Error(`Cannot log in to ${name}: ${why}`, { cause: error })
  } finally {
    cancelling.stop()
  }
  print(terminal.stdout, `${name}: logged in; a daemon that runs connects within a minute`)
  return exitCodes.ok
}
