/** `latchd token`: makes tokens for callers. */

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { digestOf, newSecret } from '../../auth/secret-digest.ts'
import { scopes } from '../../auth/tokens.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { CONFIG_FILE, readConfigFile } from '../../config/config-file.ts'
import { CONFIG_FILE_ENV, settingOf } from '../../config/settings.ts'
import { TOKEN_NAME } from '../../config/token-list.ts'
import { listFromText } from '../../config/value-kind.ts'
import { type WrittenToken, writeToken } from '../../config/write-token.ts'
import type { Cli, Options } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { UsageError } from '../refusal.ts'

/** Adds `latchd token new`: makes a secret, prints it once, and stores its digest. */
export function addToken(program: Command, cli: Cli): void {
  const token = program.command('token').description('make tokens for callers')
  token
    .command('new')
    .description('print a new secret, once, and put its digest into the configuration file')
    .argument('<name>', "the caller's name, as the audit will tell it")
    .option('--scopes <list>', `out of ${scopes.join(', ')}, joined by + or commas; all by default`)
    .option('--allow-tools <patterns>', 'tools that it may use, * for any text; all by default')
    .option('--print', 'print the entry for the configuration, and write nothing')
    .action(cli.action((name: string, options: Options) => newToken(name, options, cli)))
}

async function newToken(name: string, options: Options, { terminal, config }: Cli) {
  const { env, cwd, stdout, stderr } = terminal
  const secret = newSecret()
  const entry = entryOf(name, `sha256:${digestOf(secret)}`, options)
  if (options.print) {
    print(stderr, JSON.stringify(entry, null, 2))
    print(stdout, secret)
    return exitCodes.ok
  }
  // A configuration that is refused here would be refused by the daemon too.
  const { tokens, sources } = config({})
  const file = readConfigFile(env[CONFIG_FILE_ENV], cwd, readIfThere)
  const path = file?.path ?? resolve(cwd, CONFIG_FILE)
  writeToken(path, file?.values, entry)
  print(stdout, secret)
  print(stderr, `latchd: ${path} has the token "${name}"; its secret is not shown again`)
  const { env: variable } = settingOf('tokens')
  if (sources.tokens.from === 'environment') {
    print(stderr, `latchd: ${variable} is set and counts before the file: unset it`)
  } else if (tokens.length === 0) {
    print(stderr, 'latchd: the first token counts when the daemon is started again')
  } else {
    print(stderr, 'latchd: it counts when the daemon reads its configuration again (SIGHUP)')
  }
  return exitCodes.ok
}

/** @throws {UsageError} for a bad name or an unknown scope */
function entryOf(name: string, secret: string, options: Options): WrittenToken {
  if (!TOKEN_NAME.test(name)) {
    const allowed = 'a name of letters, digits, ".", "_" and "-"'
    throw new UsageError(`Cannot make a token ${JSON.stringify(name)}: expected ${allowed}`)
  }
  const given = typeof options.scopes === 'string' ? options.scopes.split(/[+,]/) : undefined
  const unknown = given?.find(scope => !(scopes as readonly string[]).includes(scope))
  if (unknown !== undefined) {
    const allowed = `scopes out of ${scopes.join(', ')}`
    throw new UsageError(`Cannot use the scope ${JSON.stringify(unknown)}: expected ${allowed}`)
  }
  const tools = typeof options.allowTools === 'string' && listFromText(options.allowTools)
  return { name, secret, ...(given && { scopes: given }), ...(tools && { tools }) }
}
