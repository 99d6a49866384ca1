/** Whether the state folder can be used, without making it. */

import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathReason } from '../../base/path-reason.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Looks at the folder, or at the one in which it would be made. */
export function checkState(stateDir: string, cwd: string): Finding {
  const folder = resolve(cwd, stateDir)
  let at = folder
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  try {
    if (!statSync(at).isDirectory()) return unusable(folder, `${at} is a file`)
    accessSync(at, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return unusable(folder, `${at}: ${pathReason(error) ?? oneLine(error)}`)
  }
  return { status: 'ok', text: at === folder ? folder : `${folder} can be made` }
}

const unusable = (folder: string, why: string): Finding => ({
  status: 'fail',
  text: `${folder} cannot be used, since ${why}: set LATCHD_STATE_DIR`,
})
