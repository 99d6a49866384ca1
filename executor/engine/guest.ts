/** What the executor asks of a guest engine, whatever it is made of. */

/** The host's side of one execution, as the engine calls it. Each may throw to end the guest. */
export interface GuestHooks {
  /** Called every few thousand operations of the guest; throws when the guest has to end. */
  poll(): void
  /** Answers a request of the prelude; see `executor/guest/host.ts`. */
  host(operation: number, number: number, text: string): string | number
  /** The guest's clock in epoch milliseconds, fractions allowed. */
  now(): number
}

/** One virtual machine that runs one program. */
export interface Guest {
  /** Prepares the virtual machine for one program: hooks, heap limit, tools, inputs, seed. */
  begin(hooks: GuestHooks, memoryBytes: number, configuration: string): void
  /**
   * Evaluates a program's first synchronous part; its end is reported through the hooks.
   *
   * @throws {GuestThrown} when the engine refuses the text as a syntax error.
   */
  evaluate(code: string): void
  /** Runs one pending job. `false` when there was none. @throws {GuestThrown} when it threw. */
  runJob(): boolean
  /** Hands over what was waited for. @throws {GuestThrown} when a timer's callback threw. */
  deliver(id: number, text: string): void
  /** Texts of the rejections that nobody handled, oldest first. */
  unhandledRejections(): string[]
  /** Whether the heap has no room left: then jobs are lost, and promises stay pending for ever. */
  isFull(): boolean
  /** Bytes of memory that the guest has touched, at its peak. */
  readonly memoryBytes: number
  /**
   * Makes the virtual machine as good as new, whatever ended the last program.
   *
   * @returns `false` when that is not possible: drop it then.
   */
  rewind(): boolean
}

/** The guest threw past its program; `description` is what the prelude says of the error, as JSON. */
export class GuestThrown extends Error {
  override readonly name = 'GuestThrown'
  readonly description: string

  constructor(description: string) {
    super('the guest threw')
    this.description = description
  }
}
