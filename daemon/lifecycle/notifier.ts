/**
 * Reports the state of the daemon to the service manager.
 *
 * The manager listens on a Unix datagram socket. Node cannot write to one without a native add-on,
 * so systemd's own `systemd-notify` does. Each message costs a process of some milliseconds; on the
 * event loop only its start counts. The process ends when the manager has read the message. The
 * unit needs `NotifyAccess=all`, since the message comes from a child.
 */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Logger } from '../log/log.ts'
import { relayNotify } from './notify-relay.ts'
import type { Send } from './send.ts'
import type { ServiceManager } from './service-manager.ts'

/** Assignments of sd_notify(3), such as `READY=1`. */
export type Assignments = Readonly<Record<string, string | number>>

/** A healthy manager reads a message at once. */
const SEND_MS = 5000

/** Sends to a manager; `undefined` when it takes no messages. @param path the value of `PATH` */
export function sendTo(
  manager: ServiceManager | undefined,
  path: string | undefined,
): Send | undefined {
  if (manager?.notifyRelay !== undefined) return relayNotify(manager.notifyRelay, SEND_MS)
  if (manager?.notifySocket === undefined) return undefined
  return systemdNotify(manager.notifySocket, path)
}

/** Sends through `systemd-notify`. @param socket the value of `NOTIFY_SOCKET` */
function systemdNotify(socket: string, path: string | undefined): Send {
  // Nothing else of the environment: it may hold secrets, and the options of another Node.
  const env = { NOTIFY_SOCKET: socket, ...(path !== undefined && { PATH: path }) }
  return async assignments => {
    await promisify(execFile)('systemd-notify', [...assignments], { env, timeout: SEND_MS })
  }
}

/** Sends messages to the service manager, one after the other. */
export class Notifier {
  #send: Send | undefined
  #log: Pick<Logger, 'error'>
  #last: Promise<void> = Promise.resolve()

  /** @param send absent when no manager listens */
  constructor(send: Send | undefined, log: Pick<Logger, 'error'>) {
    this.#send = send
    this.#log = log
  }

  /**
   * Sends a message after those before it; resolves when the manager has it. Never rejects: a
   * daemon that cannot report works all the same, and the manager acts on the silence.
   */
  notify(assignments: Assignments): Promise<void> {
    const send = this.#send
    if (send === undefined) return Promise.resolve()
    // Line breaks separate assignments.
    const texts = Object.entries(assignments).map(
      ([name, value]) => `${name}=${String(value).replaceAll('\n', ' ')}`,
    )
    this.#last = this.#last.then(async () => {
      try {
        await send(texts)
      } catch (error) {
        this.#log.error({ err: error, message: texts }, 'service manager not told')
      }
    })
    return this.#last
  }
}
