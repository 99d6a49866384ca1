import type { ZoneClock } from './zone/zone-clock.ts'

/** The host's side of an instance. Each may throw, through WebAssembly, to end the run. */
export interface InstanceHooks {
  /**
   * Takes a frame that the guest wrote to the door. The bytes are the guest's memory: copy them.
   *
   * @returns 0, or the error number with which the guest's write fails; see `files.ts`
   */
  write(frame: Uint8Array): number
  /** The bytes that the guest reads at the door next; none: an end of file. */
  read(): Uint8Array
  /** Called every few thousand operations of the interpreter. @returns the signal that has come; 0: none */
  poll(): number
  /** The guest's clock in epoch milliseconds, fractions allowed. */
  now(): number
  /** The guest's local time. */
  readonly zone: ZoneClock
  /** Fills bytes that the guest uses as random ones. */
  random(bytes: Uint8Array): void
}
