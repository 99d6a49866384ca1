/** Makes the package's loader take this process for a plain shell, without Node's files. */

/** Sets the sign for good: for a thread of which Python has all. It has a console without output. */
export function enterShell(): void {
  Object.defineProperty(process, 'type', { value: 'renderer', configurable: true })
  const silent = Object.freeze({ log() {}, warn() {}, error() {} })
  Object.defineProperty(globalThis, 'console', { value: silent, configurable: true })
  Object.defineProperty(Function.prototype, 'sig', signature)
}

/**
 * The loader notes a signature on each function, on some of the language's own too. Those are
 * frozen when the thread is sealed, and need none.
 */
const signature: PropertyDescriptor = {
  get: () => undefined,
  set(this: object, value: unknown) {
    if (Object.isExtensible(this)) Object.defineProperty(this, 'sig', { value, writable: true })
  },
  configurable: true,
}
