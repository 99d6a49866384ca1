import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill, DrillOptions, DrillResult } from '../drill.ts'
import { embeddedMutants } from '../mutants/embedded-mutants.ts'
import type { Mutant } from '../mutants/mutant.ts'
import { postgresMutants } from '../mutants/postgres-mutants.ts'

/** What a drill stands on. */
const parts = [
  'bin',
  'daemon',
  'executor',
  'protocol',
  'sdk',
  'test/conformance',
  'test/drill',
  'test/fixtures/tools',
  'test/soak',
  'test/bench',
  'test/support',
  'package.json',
]
const root = join(import.meta.dirname, '..', '..', '..')
/** Drills draw at random: a mutant that one seed does not show may be shown by the next. */
const TRIES = 4

export const mutantGate: Drill = {
  title: 'each fault that is put in is found',
  run: options => find(embeddedMutants, options),
}

export const postgresMutantGate: Drill = {
  title: 'each fault that is put into the store of several daemons is found',
  run: options => find(postgresMutants, options),
}

async function find(mutants: readonly Mutant[], { seed }: DrillOptions): Promise<DrillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'latchd-mutants-'))
  const tree = join(folder, 'tree')
  const problems: string[] = []
  const figures: Record<string, string> = {}
  try {
    await plant(tree)
    for (const mutant of mutants) {
      const from = performance.now()
      const found = await findIt(tree, mutant, seed).catch((error: Error) => {
        problems.push(`no result: ${mutant.name}: ${error.message}`)
        return undefined
      })
      console.error(
        `${mutant.name}: ${found ?? 'NOT FOUND'} (${((performance.now() - from) / 1000).toFixed(0)} s)`,
      )
      if (found === undefined) problems.push(`not found: ${mutant.name}`)
      else figures[mutant.name] = `found by ${found}`
    }
  } finally {
    await rm(folder, { recursive: true })
  }
  return { problems, figures, folder }
}

/** Copies the sources that drills stand on. */
async function plant(tree: string): Promise<void> {
  const filter = (path: string) => !path.includes('node_modules')
  for (const part of parts) {
    await cp(join(root, part), join(tree, part), { recursive: true, filter })
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'))
}

/** The drill that found it, and its first words. */
async function findIt(tree: string, mutant: Mutant, seed: number): Promise<string | undefined> {
  const file = join(tree, mutant.file)
  const before = await readFile(file, 'utf8')
  try {
    await mutate(file, mutant)
    for (let n = 0; n < TRIES; n++) {
      const output = await drillIn(tree, mutant.drill, seed + n)
      if (output !== undefined) return `${mutant.drill} (seed ${seed + n}): ${output}`
    }
    return undefined
  } finally {
    await writeFile(file, before)
  }
}

/** @throws {Error} when the sources have moved on: then the gate has to as well */
async function mutate(file: string, { name, from, to }: Mutant): Promise<void> {
  const text = await readFile(file, 'utf8')
  const count = text.split(from).length - 1
  if (count !== 1) throw new Error(`The mutant "${name}" fits ${count} times into ${file}`)
  await writeFile(
    file,
    text.replace(from, () => to),
  )
}

/** What the drill has found first; `undefined` when it found nothing. */
async function drillIn(tree: string, drill: string, seed: number): Promise<string | undefined> {
  const script = join(tree, 'test', 'drill', 'run.ts')
  const args = [script, '--short', '--only', drill, '--seed', String(seed)]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stderr.on('data', part => {
    errors = (errors + part).slice(-10_000)
  })
  child.stdout.on('data', part => {
    output += part
  })
  const [code, signal] = await once(child, 'close')
  const [problem = ''] = output.split('\n').filter(line => line.startsWith('      '))
  const kept = /the state is in (\S+)/.exec(output)?.[1]
  if (kept?.startsWith(tmpdir())) await rm(kept, { recursive: true, force: true })
  // A drill that does not even run has found nothing.
  if (code !== 0 && !output.includes('FAIL')) {
    throw new Error(`the drill ${drill} did not run (${code ?? signal}): ${errors.slice(-500)}`)
  }
  return code === 1 ? problem.trim().slice(0, 160) : undefined
}
