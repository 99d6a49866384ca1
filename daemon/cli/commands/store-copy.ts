/** `latchd store copy` and `latchd store migrate`: from one daemon to several, and to a new version. */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { readIfThere } from '../../base/read-if-there.ts'
import { databaseUrlSchema } from '../../config/value-kind.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { UsageError } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds both to `latchd store`. */
export function addStoreCopy(store: Command, cli: Cli): void {
  const copy = store
    .command('copy')
    .description(
      'copy the store of a state folder into a PostgreSQL database; goes on where it was ended',
    )
    .option('--from <path>', 'the state folder; the configured one when absent')
    .option('--to <url>', 'the database; that of LATCHD_DATABASE_URL when absent')
  addSettingFlags(copy, ['stateDir', 'filesUrl']).action(
    cli.action((options: Options) => copyStoreCommand(options, cli)),
  )
  store
    .command('migrate')
    .description('bring the tables of the database to this version, and say what was done')
    .option('--to <url>', 'the database; that of LATCHD_DATABASE_URL when absent')
    .action(cli.action((options: Options) => migrateCommand(options, cli)))
}

async function copyStoreCommand(options: Options, cli: Cli): Promise<number> {
  const { terminal } = cli
  const config = cli.config(options)
  const stateDir = resolve(terminal.cwd, String(options.from ?? config.stateDir))
  const databaseUrl = databaseOf(options, cli)
  const { openSource } = await import('../../store/copy/source.ts')
  const source = openSource(stateDir, Date.now())
  try {
    const { connect } = await import('../../store/postgres/connect.ts')
    const database = await connect(databaseUrl)
    try {
      const { copyStore } = await import('../../store/copy/copy-store.ts')
      const { contentStore } = await import('../../store/postgres/contents.ts')
      const { copyContents } = await import('../../files/copy-contents.ts')
      const { fileContentsOf } = await import('../../store/copy/file-contents-of.ts')
      const contents = fileContentsOf(source.connection)
      const copyFiles = async () => {
        const missing = await copyContents(contents, {
          ...{ stateDir, store: contentStore(database), env: terminal.env },
          filesUrl: config.filesUrl,
        })
        for (const { fileId } of missing) {
          print(terminal.stderr, `the content of ${fileId} is not in ${stateDir}`)
        }
        print(terminal.stdout, `contents of files: ${contents.length - missing.length}`)
      }
      const outcome = await copyStore(source, database, await secretsOf(stateDir), copyFiles, {
        onTable: (name, rows) => print(terminal.stdout, `${name}: ${rows} rows, the same`),
      })
      print(terminal.stdout, outcomeText(outcome, stateDir))
      return exitCodes.ok
    } finally {
      await database.close()
    }
  } finally {
    source.close()
  }
}

function outcomeText(outcome: 'copied' | 'was-copied', stateDir: string): string {
  if (outcome === 'was-copied') return `${stateDir} is in the database already; nothing was done`
  return `${stateDir} is in the database. Start daemons with LATCHD_DATABASE_URL now, and none without it on this folder: both would go on with the same executions`
}

/** The secrets of a state folder that all daemons of a database share, by name. */
async function secretsOf(stateDir: string): Promise<ReadonlyMap<string, string>> {
  const { LINK_KEY_FILE, LINK_SECRET } = await import('../../files/links.ts')
  const { WEBHOOK_SECRET_FILE, WEBHOOK_SECRET } = await import('../../webhooks/secret-file.ts')
  const secrets = new Map<string, string>()
  for (const [file, name] of [
    [LINK_KEY_FILE, LINK_SECRET],
    [WEBHOOK_SECRET_FILE, WEBHOOK_SECRET],
  ] as const) {
    const path = join(stateDir, file)
    const secret = existsSync(path) ? readIfThere(path)?.trim() : undefined
    if (secret) secrets.set(name, secret)
  }
  return secrets
}

async function migrateCommand(options: Options, cli: Cli): Promise<number> {
  const databaseUrl = databaseOf(options, cli)
  const { connect } = await import('../../store/postgres/connect.ts')
  const { migrate } = await import('../../store/postgres/migrations.ts')
  const database = await connect(databaseUrl)
  try {
    const { storeId, schemaVersion, versionBefore } = await database.transaction(migrate)
    const what =
      versionBefore === schemaVersion
        ? `its tables are of version ${schemaVersion} already; nothing was done`
        : versionBefore === 0
          ? `its tables were made, of version ${schemaVersion}`
          : `its tables went from version ${versionBefore} to ${schemaVersion}`
    print(cli.terminal.stdout, `store ${storeId}: ${what}`)
    return exitCodes.ok
  } finally {
    await database.close()
  }
}

/** The URL of the database that `--to` names. @throws {UsageError} `--to` is missing, or names none */
function databaseOf(options: Options, cli: Cli): string {
  const { to } = options
  if (to === undefined) {
    const { databaseUrl } = cli.config(options)
    if (databaseUrl !== undefined) return databaseUrl
    throw new UsageError('Cannot reach a database: give --to URL, or set LATCHD_DATABASE_URL')
  }
  if (databaseUrlSchema.safeParse(to).success) return String(to)
  throw new UsageError('Cannot use --to: expected a postgres:// URL')
}
