/**
 * A network between a daemon and its PostgreSQL that loses a connection at a statement: before the
 * server has it, or when the server has carried it out and before the daemon has the answer. It also
 * holds a statement back until something else has been done.
 */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { errorMessage, nameIn, PostgresMessages, statementIn } from './postgres-messages.ts'

/**
 * Where a connection is lost. `before`: the server gets nothing of the statement; `within`: it gets a
 * part of it; `terminated`: in its place the server ends the connection and says so, as it does when
 * an administrator tells it to; `after`: it has carried it out, and its answer is lost;
 * `within-answer`: a part of the answer arrives.
 */
export const cutPlaces = ['before', 'within', 'terminated', 'after', 'within-answer'] as const
/** One of {@link cutPlaces}. */
export type CutPlace = (typeof cutPlaces)[number]

/** Which connection is lost, and where. */
export interface Cut {
  /** At which statement from now on, from 1. */
  readonly nth: number
  readonly place: CutPlace
}

/** What a server says when it ends a connection for an administrator. */
const TERMINATED = errorMessage({
  ...{ S: 'FATAL', V: 'FATAL', C: '57P01' },
  M: 'terminating connection due to administrator command',
})

/** Stands before a server that listens on a socket. */
export class PostgresProxy {
  #server: Server
  #sockets = new Set<Socket>()
  #cut: Cut | undefined
  #held:
    | { readonly nth: number; readonly until: Promise<void>; readonly onCome: () => void }
    | undefined
  #count = 0
  #isShut = false
  #texts = new Map<string, string>()
  /** The statements that passed since {@link arm}, and the one at which it was cut. */
  readonly statements: string[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  /** @param socketPath where the server listens */
  static async open(socketPath: string): Promise<PostgresProxy> {
    const server = createServer()
    const proxy = new PostgresProxy(server)
    server.on('connection', near => proxy.#join(near, socketPath))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  /** The URL of a database behind it. */
  url(database = 'postgres'): string {
    const { port } = this.#server.address() as AddressInfo
    return `postgres://latchd@127.0.0.1:${port}/${database}`
  }

  /** Counts statements from here on. @param cut what is lost; absent: nothing */
  arm(cut?: Cut): void {
    this.#cut = cut
    this.#held = undefined
    this.#count = 0
    this.statements.length = 0
  }

  /**
   * Holds back a statement, counted from here on.
   *
   * @param nth which one, from 1
   * @returns resolves when it has come, with what lets it go on
   */
  hold(nth: number): Promise<() => void> {
    this.arm()
    const come = Promise.withResolvers<() => void>()
    const { promise: until, resolve: release } = Promise.withResolvers<void>()
    this.#held = { nth, until, onCome: () => come.resolve(release) }
    return come.promise
  }

  /** Whether the connection that was to be lost is lost. */
  get hasCut(): boolean {
    return this.#cut === undefined
  }

  /** Loses all connections, and takes no others until it is opened again. */
  shut(isShut: boolean): void {
    this.#isShut = isShut
    if (isShut) for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.shut(true)
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: Socket, socketPath: string): void {
    if (this.#isShut) {
      near.destroy()
      return
    }
    const far = connect(socketPath)
    const lose = () => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.setNoDelay()
      // The other side is lost with it; its own end says nothing more.
      socket.on('error', lose)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        lose()
      })
    }
    const connection = new ProxiedConnection(near, far, this.#names, text => this.#next(text))
    near.on('data', bytes => connection.fromClient(bytes))
    far.on('data', bytes => connection.fromServer(bytes))
  }

  readonly #names = {
    keep: (name: string, text: string) => this.#texts.set(name, text),
    find: (name: string) => this.#texts.get(name),
  }

  /** Where the statement that has come is cut; `undefined`: nowhere. */
  async #next(text: string): Promise<CutPlace | undefined> {
    this.#count++
    this.statements.push(text)
    if (this.#held?.nth === this.#count) {
      this.#held.onCome()
      await this.#held.until
    }
    if (this.#cut === undefined || this.#count !== this.#cut.nth) return undefined
    const { place } = this.#cut
    this.#cut = undefined
    return place
  }
}

/** Texts of prepared statements, by the names that all connections of a daemon use for them. */
interface StatementNames {
  readonly keep: (name: string, text: string) => void
  readonly find: (name: string) => string | undefined
}

class ProxiedConnection {
  #near: Socket
  #far: Socket
  #names: StatementNames
  #next: (text: string) => Promise<CutPlace | undefined>
  /** What has come is passed on in order, also when something of it is held. */
  #passed = Promise.resolve()
  #asking = new PostgresMessages(true)
  #answering = new PostgresMessages(false)
  #gathered: Buffer[] = []
  #answer: Buffer[] = []
  #text = ''
  #place: CutPlace | undefined

  constructor(
    near: Socket,
    far: Socket,
    names: StatementNames,
    next: (text: string) => Promise<CutPlace | undefined>,
  ) {
    this.#near = near
    this.#far = far
    this.#names = names
    this.#next = next
  }

  fromClient(bytes: Buffer): void {
    this.#passed = this.#passed.then(() => this.#pass(bytes))
  }

  async #pass(bytes: Buffer): Promise<void> {
    for (const message of this.#asking.add(bytes)) {
      const { type } = message
      const text = statementIn(message)
      const name = nameIn(message)
      if (name !== undefined && text !== undefined) this.#names.keep(name, text)
      this.#text = text ?? (name !== undefined ? this.#names.find(name) : undefined) ?? this.#text
      this.#gathered.push(message.bytes)
      // What is prepared, bound and carried out is one statement up to its end.
      const isStatement = type === 'Q' || type === 'S'
      if (!isStatement && type !== '' && type !== 'p' && type !== 'X') continue
      const whole = Buffer.concat(this.#gathered)
      this.#gathered = []
      const place = isStatement ? await this.#next(this.#text) : undefined
      if (place === 'terminated') {
        this.#near.write(TERMINATED, () => this.#lose())
        return
      }
      if (place === 'before' || place === 'within') {
        const part = place === 'before' ? 0 : whole.length / 2
        this.#far.write(whole.subarray(0, part), () => this.#lose())
        return
      }
      this.#place = place
      this.#far.write(whole)
    }
  }

  fromServer(bytes: Buffer): void {
    if (this.#place === undefined) {
      this.#answering.add(bytes)
      this.#near.write(bytes)
      return
    }
    this.#answer.push(bytes)
    // The server is ready for the next one: it has carried out this one.
    if (!this.#answering.add(bytes).some(({ type }) => type === 'Z')) return
    const answer = Buffer.concat(this.#answer)
    const part = this.#place === 'after' ? 0 : answer.length / 2
    this.#near.write(answer.subarray(0, part), () => this.#lose())
  }

  #lose(): void {
    this.#near.destroy()
    this.#far.destroy()
  }
}
