import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { root, scripts } from './daemon-process.ts'

/** Builds `dist/`; gives why there is none to measure when that fails. */
export function buildPublished(): string | undefined {
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' })
  if (!existsSync(scripts.published)) return 'npm run build made no dist/'
  // What was emitted all the same is what would be published.
  if (status !== 0) console.log('npm run build reports errors; measuring what it emitted')
  return undefined
}
