/** This commit against another one, in turns within one run: `npm run bench -- --against REF`. */

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asked } from './asked.ts'
import { root } from './daemon-process.ts'
import type { Answer, Row } from './question.ts'
import { p50, sorted } from './samples.ts'

/** Each of the two is measured so often, in turns. */
const ROUNDS = 5

/** A checkout of another commit, with this commit's benchmark in it. */
export interface Checkout {
  readonly root: string
  /** Its commit's hash, short. */
  readonly commit: string
}

/**
 * Checks a commit out in the folder for temporary files and puts this commit's `test` there, so that both
 * are asked the same questions.
 *
 * @throws {Error} when there is no such commit, or when its packages cannot be installed
 */
export function checkOut(ref: string): Checkout {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  const commit = git('rev-parse', '--short=12', '--verify', `${ref}^{commit}`)
  // Node strips no types below a folder `node_modules`.
  const folder = join(tmpdir(), `latchd-against-${commit}`)
  if (!existsSync(folder)) {
    git('worktree', 'prune')
    git('worktree', 'add', '--detach', '--force', folder, commit)
  }
  rmSync(join(folder, 'test'), { recursive: true, force: true })
  cpSync(join(root, 'test'), join(folder, 'test'), {
    recursive: true,
    filter: path => !path.includes('node_modules'),
  })
  const peers = join('test', 'bench', 'peers', 'node_modules')
  if (existsSync(join(root, peers))) symlinkSync(join(root, peers), join(folder, peers))
  installPackages(folder)
  return { root: folder, commit }
}

/** Two commits with one lockfile share what is installed. */
function installPackages(folder: string): void {
  const modules = join(folder, 'node_modules')
  if (existsSync(modules)) return
  const lockfile = (of: string) => readFileSync(join(of, 'package-lock.json'))
  if (lockfile(folder).equals(lockfile(root))) {
    symlinkSync(join(root, 'node_modules'), modules)
    return
  }
  console.log('Installing the packages of the other commit …')
  const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`npm ci failed in ${folder}`)
}

/**
 * Asks both a question in turns; gives a row of each for each figure, and how often one took the
 * other's p50; nothing when each process of this commit failed.
 *
 * @param share how much of the full measurement is taken: 1 is all of it
 */
export async function askBoth(
  name: string,
  other: Checkout,
  share: number,
): Promise<Answer | undefined> {
  const here: Answer[] = []
  const there: Answer[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (const [of, answers] of [
      [root, here],
      [other.root, there],
    ] as const) {
      const answer = await asked(name, { root: of, share: share / ROUNDS, withPeers: false })
      if (answer !== undefined) answers.push(answer)
    }
  }
  if (here.length === 0) return undefined
  const before = merged(there)
  const rows = merged(here).flatMap(row => {
    const old = before.find(({ name }) => name === row.name)
    const missing: Row = { ...row, samples: [], missing: 'no figure' }
    const ratio = old === undefined ? Number.NaN : p50(row.samples) / p50(old.samples)
    return [
      { ...row, name: Number.isNaN(ratio) ? row.name : `${row.name} (× ${ratio.toFixed(2)})` },
      { ...(old ?? missing), name: `  at ${other.commit}` },
    ]
  })
  return { rows, targets: [] }
}

/** The rows of several answers, each with the samples of all. */
function merged(answers: readonly Answer[]): Row[] {
  const byName = new Map<string, Row>()
  for (const { rows } of answers) {
    for (const row of rows) {
      const samples = [...(byName.get(row.name)?.samples ?? []), ...row.samples]
      byName.set(row.name, { ...row, samples: sorted(samples) })
    }
  }
  return [...byName.values()]
}
