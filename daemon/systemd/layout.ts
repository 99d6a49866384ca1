/** Where an installed latchd has its parts. */

import { join } from 'node:path'

/** For the whole machine, or for one user. */
export type InstallScope = 'system' | 'user'

/** The paths of an installation. */
export interface Layout {
  readonly scope: InstallScope
  /** Releases by version, and the links `current` and `previous`. */
  readonly releases: string
  /** The link by which shells find the command. */
  readonly command: string
  readonly configDir: string
  readonly stateDir: string
  readonly cacheDir: string
  /**
   * The unit's folder, which outlives a stop of the daemon. A user's ends with the user's last
   * session.
   */
  readonly runtimeDir: string | undefined
  /** Where the manager looks for units. */
  readonly units: string
  /**
   * The file that declares the daemon's user; absent when the daemon runs as the user who installs
   * it.
   */
  readonly sysusers: string | undefined
  /** Where the daemon finds the token's secret. */
  readonly secretFile: string
}

/** @param root what the whole tree is put under; `/` for this machine */
export function systemLayout(root: string): Layout {
  return {
    scope: 'system',
    releases: join(root, 'opt/latchd'),
    command: join(root, 'usr/local/bin/latchd'),
    configDir: join(root, 'etc/latchd'),
    stateDir: join(root, 'var/lib/latchd'),
    cacheDir: join(root, 'var/cache/latchd'),
    runtimeDir: join(root, 'run/latchd'),
    units: join(root, 'etc/systemd/system'),
    sysusers: join(root, 'etc/sysusers.d/latchd.conf'),
    // LoadCredential= of the unit puts it there.
    secretFile: '/run/credentials/latchd.service/token',
  }
}

/** @param root what the tree is put under; `/` for this machine */
export function userLayout(root: string, home: string): Layout {
  const under = join(root, home)
  return {
    scope: 'user',
    releases: join(under, '.local/lib/latchd'),
    command: join(under, '.local/bin/latchd'),
    configDir: join(under, '.config/latchd'),
    stateDir: join(under, '.local/state/latchd'),
    cacheDir: join(under, '.cache/latchd'),
    runtimeDir: undefined,
    units: join(under, '.config/systemd/user'),
    sysusers: undefined,
    // Next to the configuration: what runs as this user may read it anyway.
    secretFile: 'token',
  }
}

/** The link to the release in use. */
export const currentLink = ({ releases }: Layout) => join(releases, 'current')
/** The link to the release that was in use before. */
export const previousLink = ({ releases }: Layout) => join(releases, 'previous')
