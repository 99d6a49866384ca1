/** `latchd nodes`: the daemons that share a store, the first started first. */

import type { Command } from 'commander'
import type { DaemonNode } from '../../../sdk/index.ts'
import type { Cli } from '../cli.ts'
import { clientCommand } from '../client-command.ts'
import { print } from '../output/print.ts'
import { shortDuration } from '../output/short-duration.ts'
import { table } from '../output/table.ts'

const HEAD = ['NAME', 'VERSION', 'URL', 'SINCE', 'SEEN', 'WORKERS', 'RUNNING', 'WAITING']

/** Adds `latchd nodes`. */
export function addNodes(program: Command, cli: Cli): void {
  const command = program
    .command('nodes')
    .description('list the daemons that share the store of a daemon')
    .option('--json', 'print JSON')
  clientCommand(command, cli, async (client, { json }) => {
    const { stdout } = cli.terminal
    const nodes = await client.nodes()
    if (json) return print(stdout, JSON.stringify(nodes, null, 2))
    const nowMs = Date.now()
    print(stdout, table([HEAD, ...nodes.data.map(node => rowOf(node, nowMs))]))
    if (nodes.store === 'embedded') print(stdout, 'The store is embedded: there is one daemon.')
  })
}

function rowOf(node: DaemonNode, nowMs: number): string[] {
  const { name, version, url, startedAtMs, seenAtMs, workers, running, waiting } = node
  return [
    ...[name, version, url ?? '-', shortDuration(nowMs - startedAtMs)],
    shortDuration(Math.max(0, nowMs - seenAtMs)),
    ...[workers, running, waiting].map(String),
  ]
}
