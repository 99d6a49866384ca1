/** `latchd serve`: the daemon in the foreground. */

import type { Command } from 'commander'
import type { SettingKey } from '../../config/settings.ts'
import type { StopSignal, Terminal } from '../../lifecycle/terminal.ts'
import { enterPermissions, logPermissions } from '../../permissions/enter.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { logGate } from '../output/log-gate.ts'
import { isColoured, print } from '../output/print.ts'
import { refuseAsConfiguration } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'
import { supervise } from './supervise.ts'

const keys: readonly SettingKey[] = [
  'host',
  'port',
  'socket',
  'hosts',
  'origins',
  'trustedProxies',
  'stateDir',
  'tools',
  'allow',
  'fetchAllow',
  'workers',
  'recycleWorkers',
  'isolation',
  'drainMs',
  'reconnectMs',
  'maxQueue',
  'retention',
  'webhookUrl',
  'webhookAllow',
  'logLevel',
  'model',
  'modelBaseUrl',
]

/** Adds `latchd serve`: runs a daemon until SIGINT or SIGTERM, then drains it. */
export function addServe(program: Command, cli: Cli): void {
  const command = program
    .command('serve')
    .description('start the daemon in the foreground')
    .exitOverride(refuseAsConfiguration)
  addSettingFlags(command, keys).action(cli.action((options: Options) => serve(options, cli)))
}

/** The next steps for a person who has started a daemon at a terminal. */
function nextSteps(url: string): string {
  return [
    `  run a program   echo 'sleep(100); 6 * 7' | latchd run - --url ${url}`,
    `  look at it      latchd ps --url ${url}, or open ${url}/`,
    '  stop it         Ctrl-C',
    '',
  ].join('\n')
}

/** Text for a terminal, JSON for everything else. */
async function logWriter(
  { stderr, env }: Pick<Terminal, 'stderr' | 'env'>,
  write: (line: string) => void,
): Promise<(line: string) => void> {
  if (!stderr.isTTY) return write
  const { logText } = await import('../../log/log-text.ts')
  const hasColour = isColoured(stderr, env)
  return line => write(logText(line, hasColour))
}

async function serve(options: Options, { terminal, config }: Cli): Promise<number> {
  const settings = config(options)
  enterPermissions(settings, terminal)
  const stopped = Promise.withResolvers<void>()
  let isStopping = false
  let isReady = false
  terminal.onSignal((signal: StopSignal) => {
    // Before the daemon is ready nothing needs a drain; a second signal ends it at once.
    if (isStopping || !isReady) terminal.exit(exitCodes[signal])
    isStopping = true
    stopped.resolve()
  })
  const [{ startDaemon }, { toStderr }] = await Promise.all([
    import('../../start-daemon.ts'),
    import('../../log/log.ts'),
  ])
  const gate = logGate(await logWriter(terminal, toStderr()))
  const onLost = () => {
    gate.open()
    // The state on disk is unknown: the next process reads it again.
    terminal.exit(exitCodes.storeLost)
  }
  const sockets = terminal.manager?.sockets
  const daemon = await startDaemon(
    settings,
    onLost,
    undefined,
    sockets,
    terminal.env,
    gate.write,
  ).catch(error => {
    gate.open()
    throw error
  })
  isReady = true
  daemon.shrinkWhenIdle()
  logPermissions(daemon.log, settings)
  const service = supervise(daemon, terminal, () => config(options))
  print(terminal.stdout, `latchd listening on ${daemon.url}`)
  if (terminal.stderr.isTTY) print(terminal.stderr, nextSteps(daemon.url))
  gate.open()
  await service.ready()
  await stopped.promise
  await service.stop()
  return exitCodes.ok
}
