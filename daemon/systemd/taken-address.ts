/** Whether the addresses that a socket unit listens on are free. */

import { createServer } from 'node:net'

/** An address of `ListenStream=`. */
interface Address {
  readonly host: string
  readonly port: number
}

/** The first address and port of a socket unit that another program holds; `undefined`: all are free. */
export async function takenAddress(unit: string): Promise<string | undefined> {
  for (const { host, port } of addressesOf(unit)) {
    if (await isTaken(host, port)) return `${host} port ${port}`
  }
  return undefined
}

function addressesOf(unit: string): Address[] {
  return Array.from(unit.matchAll(/^ListenStream=\[?([\d.]+|[\da-f:]+)\]?:(\d+)$/gm), found => ({
    host: found[1] as string,
    port: Number(found[2]),
  }))
}

/** Listens on the port for a moment. */
function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(true)
      else reject(error)
    })
    server.listen(port, host, () => server.close(() => resolve(false)))
  })
}
