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
  /** While it is there, nothing passes in either direction. */
  #stalled: { readonly until: Promise<void>; readonly end: () => void } | undefined
  #wanted: { readonly part: string; readonly onCommit: () => void } | undefined
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

  /** From now on nothing passes, and no connection ends, until it is released. */
  stall(): void {
    const { promise: until, resolve: end } = Promise.withResolvers<void>()
    this.#stalled ??= { until, end }
  }

  /** Lets pass what was held back. */
  release(): void {
    this.#stalled?.end()
    this.#stalled = undefined
  }

  /**
   * Stalls as soon as the server has committed a transaction that has a statement with this text, of
   * which the daemon has not heard.
   */
  stallAfter(part: string): Promise<void> {
    const { promise, resolve: onCommit } = Promise.withResolvers<void>()
    this.#wanted = { part, onCommit }
    return promise
  }

  async close(): Promise<void> {
    this.release()
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
    const connection = new ProxiedConnection(near, far, this.#hooks)
    near.on('data', bytes => connection.fromClient(bytes))
    far.on('data', bytes => connection.fromServer(bytes))
  }

  readonly #hooks: ProxyHooks = {
    keep: (name, text) => this.#texts.set(name, text),
    find: name => this.#texts.get(name),
    next: text => this.#next(text),
    isWanted: text => this.#wanted !== undefined && text.includes(this.#wanted.part),
    onCommit: () => {
      if (this.#wanted === undefined) return
      this.stall()
      this.#wanted.onCommit()
      this.#wanted = undefined
    },
    free: async () => {
      while (this.#stalled !== undefined) await this.#stalled.until
    },
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

/** What a connection asks of its proxy. */
interface ProxyHooks {
  /** Texts of prepared statements, by the names that all connections of a daemon use for them. */
  readonly keep: (name: string, text: string) => void
  readonly find: (name: string) => string | undefined
  /** Where the statement that has come is cut. */
  readonly next: (text: string) => Promise<CutPlace | undefined>
  /** Whether it is told of the commit of a transaction that has this statement. */
  readonly isWanted: (text: string) => boolean
  readonly onCommit: () => void
  /** Resolves when something may pass. */
  readonly free: () => Promise<void>
}

class ProxiedConnection {
  #near: Socket
  #far: Socket
  #hooks: ProxyHooks
  /** What has come is passed on in order, also when something of it is held. */
  #passed = Promise.resolve()
  #answered = Promise.resolve()
  /** Whether the transaction under way is wanted, and its commit. */
  #isWanted = false
  #isCommitting = false
  #asking = new PostgresMessages(true)
  #answering = new PostgresMessages(false)
  #gathered: Buffer[] = []
  #answer: Buffer[] = []
  #text = ''
  #place: CutPlace | undefined

  constructor(near: Socket, far: Socket, hooks: ProxyHooks) {
    this.#near = near
    this.#far = far
    this.#hooks = hooks
  }

  fromClient(bytes: Buffer): void {
    this.#passed = this.#passed.then(() => this.#pass(bytes))
  }

  async #pass(bytes: Buffer): Promise<void> {
    for (const message of this.#asking.add(bytes)) {
      const { type } = message
      const text = statementIn(message)
      const name = nameIn(message)
      if (name !== undefined && text !== undefined) this.#hooks.keep(name, text)
      this.#text = text ?? (name !== undefined ? this.#hooks.find(name) : undefined) ?? this.#text
      this.#gathered.push(message.bytes)
      // What is prepared, bound and carried out is one statement up to its end.
      const isStatement = type === 'Q' || type === 'S'
      if (!isStatement && type !== '' && type !== 'p' && type !== 'X') continue
      const whole = Buffer.concat(this.#gathered)
      this.#gathered = []
      const place = isStatement ? await this.#hooks.next(this.#text) : undefined
      if (isStatement) this.#note(this.#text)
      await this.#hooks.free()
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

  #note(text: string): void {
    if (text === 'BEGIN') this.#isWanted = false
    this.#isWanted ||= this.#hooks.isWanted(text)
    this.#isCommitting = this.#isWanted && text === 'COMMIT'
  }

  fromServer(bytes: Buffer): void {
    this.#answered = this.#answered.then(() => this.#answerWith(bytes))
  }

  async #answerWith(bytes: Buffer): Promise<void> {
    if (this.#place === undefined) {
      const isReady = this.#answering.add(bytes).some(({ type }) => type === 'Z')
      if (isReady && this.#isCommitting) this.#hooks.onCommit()
      await this.#hooks.free()
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
