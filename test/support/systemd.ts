/** systemd in tests: its tools, a manager of a user, and what a daemon tells it. */

import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { debianTool } from './debian-tool.ts'

/** Runs a tool of Debian's package; gives all that it has printed. */
export function systemdTool(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { error, status, stdout, stderr } = spawnSync(debianTool(name, 'systemd'), args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  if (error !== undefined) throw error
  return { status, stdout, text: stdout + stderr }
}

/** Looks again and again until it throws no more: for what tells nobody when it happens. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  boundMs: number,
): Promise<T> {
  const atMostMs = performance.now() + boundMs
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > atMostMs)
        throw new Error(`${what}: not in ${boundMs} ms`, { cause: error })
      await delay(50)
    }
  }
}

/** Reads datagrams and prints them, each with an empty line after it; perl is on every Debian. */
const RECEIVER = `
use Socket; $| = 1;
socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, pack_sockaddr_un($ARGV[0])) or die "bind: $!";
print "bound\\n\\n";
while (defined recv(S, my $text, 65536, 0)) { print "$text\\n\\n" }
`

/** A service manager's ear. */
export interface NotifySocket {
  readonly path: string
  /** Resolves with the next message that matches; those before it are passed over. */
  heard(pattern: RegExp): Promise<string>
}

/** Listens in a folder of the test, and gives up with it. */
export async function notifySocket(t: Test, folder: string): Promise<NotifySocket> {
  const path = join(folder, 'notify')
  const child = spawn('perl', ['-e', RECEIVER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill())
  const messages = paragraphs(child.stdout)
  const heard = async (pattern: RegExp) => {
    for (;;) {
      const { done, value } = await messages.next()
      if (done) throw new Error(`the receiver ended before ${pattern}`)
      if (pattern.test(value)) return value
    }
  }
  await heard(/^bound$/)
  return { path, heard }
}

async function* paragraphs(stream: Readable): AsyncGenerator<string, void> {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) {
    text += chunk
    const parts = text.split('\n\n')
    text = parts.pop() as string
    yield* parts
  }
}
