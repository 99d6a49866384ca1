/** `latchd open`: the console in a browser, signed in by a link. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Command } from 'commander'
import { LatchdError } from '../../../protocol/errors.ts'
import { DEFAULT_URL } from '../../../sdk/daemon-url.ts'
import { Connection } from '../../../sdk/http.ts'
import type { LoadedConfig } from '../../config/config.ts'
import { SOCKET_SCHEME } from '../../config/value-kind.ts'
import type { Variables } from '../../config/written-value.ts'
import type { Cli, Options } from '../cli.ts'
import { daemonUrl, transportTo } from '../client.ts'
import { exitCodes } from '../exit-codes.ts'
import { print } from '../output/print.ts'
import { UsageError } from '../refusal.ts'
import { addSettingFlags } from '../setting-flags.ts'

/** The answer of `POST /v1/sign-in-links`. */
interface SignInLink {
  readonly path: string
  readonly expiresInMs: number
}

const MS_PER_MINUTE = 60_000

/** Adds `latchd open`: prints a link that signs in once, and opens it where there is a display. */
export function addOpen(program: Command, cli: Cli): void {
  const command = program
    .command('open')
    .description('print a link that signs in to the console once, and open it in a browser')
    .option('--print', 'print the link, and open nothing')
  addSettingFlags(command, ['url']).action(cli.action((options: Options) => open(options, cli)))
}

async function open(options: Options, { terminal, config }: Cli): Promise<number> {
  const { env, stdout, stderr } = terminal
  const loaded = config(options)
  const base = browserUrl(loaded)
  const { url, token, fetch } = await transportTo(loaded)
  const connection = new Connection({ url, token, fetch })
  const link = await connection.json<SignInLink>('POST', '/v1/sign-in-links').catch(error => {
    if (!(error instanceof LatchdError && error.code === 'NOT_FOUND')) throw error
    const message = 'Cannot open the console: the daemon has none (LATCHD_CONSOLE=off)'
    throw new LatchdError('NOT_FOUND', message, { cause: error })
  })
  print(stdout, base + link.path)
  if (link.path !== '/') {
    print(stderr, `latchd: it signs in once, within ${link.expiresInMs / MS_PER_MINUTE} minutes`)
  }
  const opener = options.print ? undefined : openerOf(process.platform, env)
  if (opener !== undefined && !(await opens(opener, base + link.path))) {
    print(stderr, `latchd: ${opener} did not open it`)
  }
  return exitCodes.ok
}

/**
 * Where a browser finds the daemon: where the same configuration has it listen beside its Unix socket.
 *
 * @throws {UsageError} when only the socket is known
 */
function browserUrl(config: LoadedConfig): string {
  const url = daemonUrl(config)
  if (!url.startsWith(SOCKET_SCHEME)) return url
  const { socket: _, sources, port, ...rest } = config
  const isNamed = [sources.host, sources.port].some(({ from }) => from !== 'default')
  if (port === 0 || (sources.url.from !== 'default' && !isNamed)) {
    throw new UsageError(
      `Cannot open the console at ${url}: browsers do not speak to Unix sockets; name the daemon's other address, such as --url ${DEFAULT_URL}`,
    )
  }
  const tcp = {
    ...rest,
    port,
    socket: undefined,
    sources: { ...sources, url: { from: 'default' } },
  }
  return daemonUrl(tcp as LoadedConfig)
}

/**
 * The program that opens links; `undefined` where there is no display.
 *
 * @param env variables of the process
 */
export function openerOf(platform: NodeJS.Platform, env: Variables): string | undefined {
  if (platform === 'darwin') return 'open'
  const hasDisplay = Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY)
  return platform !== 'win32' && hasDisplay ? 'xdg-open' : undefined
}

/** Starts the program that opens a link; whether it said that it did. */
async function opens(opener: string, link: string): Promise<boolean> {
  const child = spawn(opener, [link], { stdio: 'ignore' })
  try {
    const [code] = await once(child, 'close')
    return code === 0
  } catch {
    // There is no such program: the link was printed.
    return false
  }
}
