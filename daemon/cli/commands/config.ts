/** `latchd config`: the effective configuration and where each value comes from. */

import type { Command } from 'commander'
import { effectiveConfig } from '../../config/effective-config.ts'
import { settingKeys } from '../../config/settings.ts'
import type { Source } from '../../config/source.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { table } from '../output/table.ts'
import { refuseAsConfiguration } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** Adds `latchd config`: each setting with its value and its source, secrets masked. */
export function addConfig(program: Command, cli: Cli): void {
  const command = program
    .command('config')
    .description('print the effective configuration, secrets masked')
    .option('--json', 'print JSON')
    .option('--check', 'print nothing; exit 78 with the fault when it cannot be used')
    .exitOverride(refuseAsConfiguration)
  addSettingFlags(command, settingKeys).action(
    cli.action((options: Options) => printConfig(options, cli)),
  )
}

async function printConfig(options: Options, { terminal, config }: Cli): Promise<number> {
  const loaded = config(options)
  if (options.check) return exitCodes.ok
  const settings = effectiveConfig(loaded)
  const text = options.json
    ? JSON.stringify(
        Object.fromEntries(
          settings.map(({ key, value, source }) => [key, { value, source: sourceText(source) }]),
        ),
        null,
        2,
      )
    : table(settings.map(({ key, value, source }) => [key, valueText(value), sourceText(source)]))
  print(terminal.stdout, text)
  return exitCodes.ok
}

/** A value in one line; of named entries, such as servers, their names: `--json` has the rest. */
function valueText(value: unknown): string {
  if (value === null) return '(unset)'
  if (typeof value !== 'object') return String(value)
  const parts = Array.isArray(value) ? value.map(partText) : Object.keys(value)
  return parts.join(', ') || '(none)'
}

const partText = (part: unknown): string =>
  typeof part === 'object' ? JSON.stringify(part) : String(part)

function sourceText(source: Source): string {
  return source.from === 'default' ? source.from : source.name
}
