/** `latchd store`: copies and checks a store, also while a daemon uses it. */

import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { oneLine, UsageError } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'
import { addStoreCopy } from './store-copy.ts'

/** Adds `latchd store` and its commands. */
export function addStore(program: Command, cli: Cli): void {
  const store = program
    .command('store')
    .description('copy or check a store of this machine, also while a daemon uses it')
  const copy = store
    .command('backup')
    .description(
      'copy the store into a new file, and the contents of files into a folder beside it',
    )
    .argument('<file>', 'the new file')
  addSettingFlags(copy, ['stateDir']).action(
    cli.action((file: string, options: Options) => backup(file, options, cli)),
  )
  const check = store
    .command('verify')
    .description('check a store; exit 0 when it is sound, 1 when not, 2 when it cannot be read')
    .argument('[path]', 'a state folder, or a copy; the configured folder when absent')
  addSettingFlags(check, ['stateDir']).action(
    cli.action((path: string | undefined, options: Options) => verify(path, options, cli)),
  )
  const confirm = store
    .command('confirm-clock')
    .description("say that this machine's clock is right, after it has jumped forward")
  addSettingFlags(confirm, ['stateDir']).action(
    cli.action((options: Options) => confirmClock(options, cli)),
  )
  addStoreCopy(store, cli)
}

async function confirmClock(options: Options, { terminal, config }: Cli): Promise<number> {
  const { confirmClockIn } = await import('../../store/sqlite/upkeep.ts')
  const nowMs = Date.now()
  confirmClockIn(await fileOf(config(options).stateDir, terminal.cwd), nowMs)
  print(
    terminal.stdout,
    `${new Date(nowMs).toISOString()} is right; a daemon that runs takes it within seconds`,
  )
  return exitCodes.ok
}

async function backup(to: string, options: Options, { terminal, config }: Cli): Promise<number> {
  const { backupWithContents } = await import('../../files/backup.ts')
  const from = await fileOf(config(options).stateDir, terminal.cwd)
  const file = resolve(terminal.cwd, to)
  const { folder, files, bytes, missing } = await backupWithContents(from, file)
  print(terminal.stdout, `${file} ${statSync(file).size} bytes`)
  if (files > 0) print(terminal.stdout, `${folder} ${files} files, ${bytes} bytes`)
  for (const { sha256 } of missing) {
    print(terminal.stdout, `file ${sha256}: its content is not there`)
  }
  return missing.length === 0 ? exitCodes.ok : exitCodes.failed
}

async function verify(
  path: string | undefined,
  options: Options,
  { terminal, config }: Cli,
): Promise<number> {
  const file = await fileOf(path ?? config(options).stateDir, terminal.cwd)
  const problems = await problemsOf(file)
  for (const problem of problems) print(terminal.stdout, oneLine(problem))
  if (problems.length > 0) return exitCodes.failed
  print(terminal.stdout, `${file} ok`)
  return exitCodes.ok
}

async function problemsOf(file: string): Promise<readonly string[]> {
  const [{ verifyFile }, { storeContentProblems }] = await Promise.all([
    import('../../store/sqlite/upkeep.ts'),
    import('../../files/backup.ts'),
  ])
  try {
    return [...verifyFile(file), ...(await storeContentProblems(file))]
  } catch (error) {
    // A store that is too damaged to be checked is a finding, not a failure of the check.
    if (error instanceof Error && (await isDamage(error.cause ?? error))) return [error.message]
    throw error
  }
}

async function isDamage(error: unknown): Promise<boolean> {
  const { primaryCode, SQLITE } = await import('../../store/sqlite/sqlite-errors.ts')
  const code = primaryCode(error)
  return code === SQLITE.CORRUPT || code === SQLITE.NOTADB
}

/** The database of a folder, or the file itself. @throws {UsageError} when it does not exist */
async function fileOf(path: string, cwd: string): Promise<string> {
  const { DATABASE_FILE } = await import('../../store/sqlite/files.ts')
  const whole = resolve(cwd, path)
  const found = statSync(whole, { throwIfNoEntry: false })
  const file = found?.isDirectory() ? join(whole, DATABASE_FILE) : whole
  if (existsSync(file)) return file
  throw new UsageError(`Cannot read the store ${file}: there is none`)
}
