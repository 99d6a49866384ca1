/**
 * Finds the program of a server.
 *
 * A server has no variables but its own, so it has no `PATH` either, by which the system would look
 * for its program. The daemon looks with its own.
 */

import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { HostFault } from '../../base/host-fault.ts'
import type { StdioServer } from './server-setting.ts'

/** The paths at which the program of a server may be, in the order of the search. */
export function programPlaces(
  { command, cwd }: Pick<StdioServer, 'command' | 'cwd'>,
  path: string | undefined,
): string[] {
  if (isPath(command)) return [resolve(cwd, command)]
  const folders = (path ?? '').split(delimiter).filter(folder => folder !== '')
  return folders.map(folder => join(folder, command))
}

/**
 * The path of the program of a server.
 *
 * @throws {Error} when there is none that can be run; `HostFault` where its name is a path
 */
export function programPath(server: StdioServer, path: string | undefined): string {
  // Windows looks by itself, with the endings that it knows.
  if (process.platform === 'win32') return server.command
  const places = programPlaces(server, path)
  const found = places.find(isProgram)
  if (found !== undefined) return found
  if (isPath(server.command)) {
    const detail = `there is no program ${server.command}`
    throw new HostFault('its program is not there, or cannot be run', detail)
  }
  throw new Error(`there is no program ${server.command} in any folder of PATH`)
}

const isPath = (command: string) => /[/\\]/.test(command)

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // Not there, or not to be run: the search goes on.
    return false
  }
}
