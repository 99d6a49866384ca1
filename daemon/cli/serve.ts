/** `latchd serve`: the daemon in the foreground. */

import type { Command } from 'commander'
import type { SettingKey } from '../config/settings.ts'
import { enterPermissions, logPermissions } from '../permissions/enter.ts'
import type { Cli, Options } from './cli.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './print.ts'
import { addSettingFlags } from './setting-flags.ts'
import { supervise } from './supervise.ts'
import type { StopSignal } from './terminal.ts'

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

export function addServe(program: Command, cli: Cli): void {
  const command = program.command('serve').description('start the daemon in the foreground')
  addSettingFlags(command, keys).action(cli.action((options: Options) => serve(options, cli)))
}

async function serve(options: Options, { terminal, config }: Cli): Promise<number> {
  const settings = config(options)
  enterPermissions(settings, terminal)
  const stopped = Promise.withResolvers<void>()
  let isStopping = false
  let isReady = false
  terminal.onSignal((signal: StopSignal) => {
    // Nothing is to be drained before the daemon is ready; a second signal means at once.
    if (isStopping || !isReady) terminal.exit(exitCodes[signal])
    isStopping = true
    stopped.resolve()
  })
  const { startDaemon } = await import('../server.ts')
  // Nobody knows what is on disk: the next process reads it again.
  const onLost = () => terminal.exit(exitCodes.storeLost)
  const sockets = terminal.manager?.sockets
  const daemon = await startDaemon(settings, onLost, undefined, sockets, terminal.env)
  isReady = true
  logPermissions(daemon.log, settings)
  const service = supervise(daemon, terminal, () => config(options))
  print(terminal.stdout, `latchd listening on ${daemon.url}`)
  await service.ready()
  await stopped.promise
  await service.stop()
  return exitCodes.ok
}
