/** `latchd doctor`: whether this machine can run latchd, and what to do when not. */

import type { Command } from 'commander'
import { protection } from '../../../protocol/execution/isolation.ts'
import { nodeProblem } from '../../base/node-release.ts'
import type { LoadedConfig } from '../../config/config.ts'
import { type Layout, systemLayout, userLayout } from '../../systemd/layout.ts'
import { readServiceState } from '../../systemd/service-state.ts'
import type { Cli, Options } from '../cli.ts'
import type { Finding } from '../commands/finding.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { oneLine } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'
import { checkAddress } from './check-address.ts'
import { checkDatabase } from './check-database.ts'
import { checkEngine } from './check-engine.ts'
import { checkServers } from './check-servers.ts'
import { checkService } from './check-service.ts'
import { checkState } from './check-state.ts'
import { checkTools } from './check-tools.ts'

/** Adds `latchd doctor`. It exits with 1 when a check fails; a warning is not a failure. */
export function addDoctor(program: Command, cli: Cli): void {
  const command = program
    .command('doctor')
    .description(
      'check Node, configuration, engine, address, state, database, tools and installed services',
    )
  addSettingFlags(command, ['url', 'host', 'port', 'socket', 'tools', 'isolation']).action(
    cli.action((options: Options) => doctor(options, cli)),
  )
}

async function doctor(options: Options, { terminal, config }: Cli): Promise<number> {
  let isHealthy = true
  const report = (name: string, { status, text }: Finding) => {
    if (status === 'fail') isHealthy = false
    print(terminal.stdout, `${status.padEnd(4)}  ${name.padEnd(13)}  ${text}`)
  }
  report('node', checkNode())
  let settings: LoadedConfig | undefined
  try {
    settings = config(options)
    report('configuration', { status: 'ok', text: 'valid; latchd config prints it' })
  } catch (error) {
    report('configuration', { status: 'fail', text: oneLine(error) })
  }
  const isolation = settings?.isolation ?? 'thread'
  report('engine', await checkEngine(isolation))
  const protects = protection(isolation, settings?.allow !== undefined)
  report('isolation', { status: 'ok', text: `${isolation}: ${protects}` })
  // The address is part of the configuration.
  if (settings !== undefined) {
    report('address', await checkAddress(settings))
    const { databaseUrl, stateDir } = settings
    report('state', checkState(stateDir, terminal.cwd))
    if (databaseUrl !== undefined) report('database', await checkDatabase(databaseUrl))
    for (const finding of await checkTools(settings)) report('tools', finding)
    for (const finding of await checkServers(settings, terminal.env.PATH)) report('mcp', finding)
  }
  for (const layout of layouts(terminal.env.HOME)) {
    const name = layout.scope === 'user' ? 'user service' : 'service'
    for (const finding of checkService(layout, readServiceState)) report(name, finding)
  }
  return isHealthy ? exitCodes.ok : exitCodes.failed
}

/** Where a service may be installed. */
function layouts(home: string | undefined): Layout[] {
  return [systemLayout('/'), ...(home ? [userLayout('/', home)] : [])]
}

function checkNode(): Finding {
  const { node } = process.versions
  const problem = nodeProblem(node, Date.now())
  if (problem === undefined) return { status: 'ok', text: node }
  return { status: problem.isFatal ? 'fail' : 'warn', text: `${node}: ${problem.message}` }
}
