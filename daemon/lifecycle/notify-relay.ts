/**
 * A shell that runs `systemd-notify` for a daemon that may not start processes. It is started
 * before the daemon has its permissions. It ends with the daemon, whose end closes the socket
 * between them.
 *
 * A message is a line: its number and its assignments, with the character 31 between them. The
 * answer is a line: the number, and the exit code of `systemd-notify`.
 */

import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Send } from './send.ts'

const SEPARATOR = '\x1f'

/** The shell's descriptor of the socket. */
const SHELL_FD = 3

// The manager signals all processes of a service at once, and must still get the message of the
// stop.
const script = `trap '' TERM INT HUP
exec <&${SHELL_FD} >&${SHELL_FD}
set -f
IFS=$(printf '\\037')
while read -r line; do
  set -- $line
  number=$1
  shift
  systemd-notify "$@" </dev/null >&2
  echo "$number $?"
done`

/** Starts the shell; returns the descriptor of the daemon's end of the socket. */
export function startRelay(notifySocket: string, path: string | undefined): number {
  // Nothing else of the environment, as when it is started for each message.
  const env = { NOTIFY_SOCKET: notifySocket, ...(path !== undefined && { PATH: path }) }
  const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  const { _handle } = child.stdio[SHELL_FD] as unknown as { _handle: { fd: number } }
  return _handle.fd
}

/** Sends through such a shell. @param answerMs how long it may take to answer */
export function relayNotify(descriptor: number, answerMs: number): Send {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true })
  const waiting = new Map<string, (code: string) => void>()
  let failure: Error | undefined
  let last = 0
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() as string
    for (const line of lines) {
      const [number = '', code = ''] = line.split(' ')
      waiting.get(number)?.(code)
    }
  })
  const lose = (error?: Error) => {
    failure ??= error ?? new Error('the relay has ended')
    for (const settle of waiting.values()) settle('')
  }
  socket.on('error', lose).on('close', () => lose())
  return async assignments => {
    if (failure !== undefined) throw failure
    const number = String(++last)
    const { promise, resolve } = Promise.withResolvers<string>()
    const timer = setTimeout(() => resolve(''), answerMs)
    waiting.set(number, resolve)
    socket.write(`${[number, ...assignments].join(SEPARATOR)}\n`)
    const code = await promise
    clearTimeout(timer)
    waiting.delete(number)
    if (code !== '0') throw failure ?? new Error(`systemd-notify ended with ${code || 'no answer'}`)
  }
}
