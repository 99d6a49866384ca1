/** What a daemon under Node's permissions may do: what it needs itself, and what its tools are allowed. */

import { existsSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { dirname, resolve } from 'node:path'
import { codePlaces, namesOf, packagesFor } from '../../executor/pool/process/node-flags.ts'
import type { LoadedConfig } from '../config/config.ts'
import type { Variables } from '../config/written-value.ts'

/** Paths, and whether processes may be started. */
export interface Grants {
  readonly read: readonly string[]
  readonly write: readonly string[]
  /** Who needs processes; empty: nobody, and none can be started. */
  readonly childFor: readonly ChildUser[]
}

/** `tools`: the setting says so; `isolation`: the workers' process. */
export type ChildUser = 'tools' | 'isolation'

/** Parts of latchd that a daemon loads. */
const parts = ['protocol', 'executor', 'daemon', 'sdk']

/** Puts together what a configuration needs and allows; asked before there are permissions. */
export function grantsOf(config: LoadedConfig, env: Variables): Grants {
  const childFor = childUsers(config)
  const cache = getCompileCacheDir()
  const kept = [
    resolve(config.stateDir),
    // Beside compiled code there is the base snapshot.
    ...(cache === undefined ? [] : [dirname(cache)]),
    // What an earlier daemon has left there is removed.
    ...(config.socket === undefined ? [] : [config.socket]),
  ]
  const read = [
    ...codePlaces(parts),
    ...config.files,
    ...(env.CREDENTIALS_DIRECTORY ? [env.CREDENTIALS_DIRECTORY] : []),
    ...config.tools.flatMap(readFor),
    // Memory of the processes that it starts. Who may start one may read all of it anyway.
    ...(childFor.length > 0 && process.platform === 'linux' ? ['/proc'] : []),
    ...kept,
    ...(config.allow?.read ?? []),
  ]
  const write = [...kept, ...(config.allow?.write ?? [])]
  return { read: spelled(read), write: spelled(write), childFor }
}

/** Who needs processes. */
export function childUsers({
  allow,
  isolation,
}: Pick<LoadedConfig, 'allow' | 'isolation'>): ChildUser[] {
  const users: ChildUser[] = []
  if (allow?.child) users.push('tools')
  if (isolation === 'process') users.push('isolation')
  return users
}

/** For a tool module: its folder, since it imports what is beside it, and packages. */
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
    // That permissions of processes and threads are to be given with care; docs/threat-model.md does.
    '--disable-warning=PERM0002',
    '--disable-warning=PERM0006',
    '--disable-warning=ExperimentalWarning',
  ]
}

/** The flag by which a process knows that its permissions are ours: reading this folder. */
export const MARK = `--allow-fs-read=${import.meta.dirname}`

/** A folder stands for all in it; what is not there yet, which Node takes for a file, may become one. */
function tree(kind: 'read' | 'write', path: string): string[] {
  const flag = `--allow-fs-${kind}=${path}`
  return existsSync(path) ? [flag] : [flag, `${flag}/*`]
}
