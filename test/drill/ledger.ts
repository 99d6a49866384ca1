/**
 * The ledger: a process outside of the daemon that writes down every effect of a tool, on disk before
 * it answers. Started as `ledger.ts FILE`; prints its address.
 *
 * `POST /effect` with an {@link Asked} gives an {@link Effect}; `GET /effects` gives all of them,
 * `GET /effects?call=ID` those of one call.
 */

import { randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a tool is about to do. */
export interface Asked {
  readonly execution: string
  readonly call: string
  readonly tool: string
  /** Of a tool whose effects with one key are one effect. */
  readonly key?: string
}

/** What a tool did; the guest gets `value`, which nobody else can know. */
export interface Effect extends Asked {
  readonly value: string
}

class Ledger {
  #file: FileHandle
  #effects: Effect[] = []
  #written = Promise.resolve()
  #held = ''

  constructor(file: FileHandle) {
    this.#file = file
  }

  async add(asked: Asked): Promise<Effect> {
    const { key } = asked
    const before = key === undefined ? undefined : this.#effects.find(known => known.key === key)
    const effect = { ...asked, value: before?.value ?? randomBytes(9).toString('base64url') }
    this.#effects.push(effect)
    this.#held += `${JSON.stringify(effect)}\n`
    await this.#flush()
    return effect
  }

  /** What gathers while the disk is busy goes together. */
  #flush(): Promise<void> {
    this.#written = this.#written.then(async () => {
      if (this.#held === '') return
      const text = this.#held
      this.#held = ''
      await this.#file.write(text)
      await this.#file.datasync()
    })
    return this.#written
  }

  list(call: string | null): readonly Effect[] {
    return call === null ? this.#effects : this.#effects.filter(effect => effect.call === call)
  }
}

async function bodyOf(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

const ledger = new Ledger(await open(process.argv[2] as string, 'a'))
const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://ledger')
  try {
    const answer =
      request.method === 'POST'
        ? await ledger.add(await bodyOf(request))
        : ledger.list(searchParams.get('call'))
    response.end(JSON.stringify(answer))
  } catch {
    // The daemon was killed in the middle of its request.
    response.destroy()
  }
})
// It ends with whoever started it.
process.stdin.on('end', () => process.exit()).resume()
server.listen(0, '127.0.0.1', () => {
  console.log(`ledger http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
