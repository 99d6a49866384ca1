/** The permissions of a daemon: for its own needs, and those that tools are allowed. */

import { existsSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { dirname, resolve } from 'node:path'
import { codePlaces, namesOf, packagesFor } from '../../executor/pool/process/node-flags.ts'
import { consoleFolder } from '../base/console-folder.ts'
import type { LoadedConfig } from '../config/config.ts'
import type { Variables } from '../config/written-value.ts'
import { isUrl } from '../http-tools/hosts.ts'
import { programPlaces } from '../mcp/client/program-path.ts'

/** Paths, and whether processes may be started. */
export interface Grants {
  readonly read: readonly string[]
  readonly write: readonly string[]
  /** The parts that need processes; empty: none can be started. */
  readonly childFor: readonly ChildUser[]
}

/**
 * `tools`: the setting says so; `isolation`: the workers' process; `mcpServers`: servers that the
 * daemon starts.
 */
export type ChildUser = 'tools' | 'isolation' | 'mcpServers'

/** Parts of latchd that a daemon loads. */
const parts = ['protocol', 'executor', 'daemon', 'sdk']

/** The permissions that a configuration needs and allows; called before there are permissions. */
export function grantsOf(config: LoadedConfig, env: Variables): Grants {
  const childFor = childUsers(config)
  const cache = getCompileCacheDir()
  const kept = [
    resolve(config.stateDir),
    // Beside compiled code there is the base snapshot.
    ...(cache === undefined ? [] : [dirname(cache)]),
    // A socket that an earlier daemon has left there is removed.
    ...(config.socket === undefined ? [] : [config.socket]),
  ]
  const read = [
    ...codePlaces(parts),
    // In a package it stands beside the code.
    consoleFolder(),
    ...config.files,
    ...(env.CREDENTIALS_DIRECTORY ? [env.CREDENTIALS_DIRECTORY] : []),
    ...config.tools.flatMap(readFor),
    ...config.openapi.flatMap(({ document }) => (isUrl(document) ? [] : [document])),
    ...config.mcpServers.flatMap(({ transport }) =>
      transport.kind === 'stdio' ? programPlaces(transport, env.PATH) : [],
    ),
    // Memory of the processes that it starts. A daemon that may start one could read all of it
    // anyway.
    ...(childFor.length > 0 && process.platform === 'linux' ? ['/proc'] : []),
    ...kept,
    ...(config.allow?.read ?? []),
  ]
  const write = [...kept, ...(config.allow?.write ?? [])]
  return { read: spelled(read), write: spelled(write), childFor }
}

/** The parts that need processes. */
export function childUsers({
  allow,
  isolation,
  mcpServers,
}: Pick<LoadedConfig, 'allow' | 'isolation' | 'mcpServers'>): ChildUser[] {
  const users: ChildUser[] = []
  if (allow?.child) users.push('tools')
  if (isolation === 'process') users.push('isolation')
  if (mcpServers.some(({ transport }) => transport.kind === 'stdio')) users.push('mcpServers')
  return users
}

/** The paths of a tool module: its folder, from which it imports, and packages. */
function readFor(module: string): string[] {
  return namesOf(module)
    .map(name => dirname(name))
    .flatMap(folder => [folder, ...packagesFor(folder)])
}

function spelled(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap(namesOf))]
}

/** Flags of Node that grant this. */
export function flagsOf({ read, write, childFor }: Grants): string[] {
  return [
    MARK,
    '--permission',
    ...read.flatMap(path => tree('read', path)),
    ...write.flatMap(path => tree('write', path)),
    '--allow-worker',
    '--allow-net',
    ...(childFor.length > 0 ? ['--allow-child-process'] : []),
    // The warning that permissions of processes and threads need care: docs/threat-model.md covers
    // it.
    '--disable-warning=PERM0002',
    '--disable-warning=PERM0006',
    '--disable-warning=ExperimentalWarning',
  ]
}

/** The flag by which a process knows that its permissions are ours: reading this folder. */
export const MARK = `--allow-fs-read=${import.meta.dirname}`

/** A folder stands for everything in it. A path that does not exist yet may become a folder. */
function tree(kind: 'read' | 'write', path: string): string[] {
  const flag = `--allow-fs-${kind}=${path}`
  return existsSync(path) ? [flag] : [flag, `${flag}/*`]
}
