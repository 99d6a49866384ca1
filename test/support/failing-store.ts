/** A store that refuses what a test says, as on a full disk, and carries out everything else. */

import type { Store } from '../../daemon/store/store.ts'
import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'

type Method = keyof Store

const writes: readonly Method[] = [
  'append',
  'claim',
  'claimOne',
  'createSession',
  'delayWebhook',
  'endWebhook',
  'finish',
  'park',
  'checkRoom',
  'remove',
  'retry',
  'saveSnapshot',
  'decide',
  'submit',
]

export class FailingStore {
  #failing = new Map<Method, { readonly code: ErrorCode; times: number }>()
  /** Called with the name of each operation that is refused. */
  onRefused: (name: Method) => void = () => {}

  /** The disk is full for these writes; all of them when none is named. */
  fill(...names: readonly Method[]): void {
    for (const name of names.length > 0 ? names : writes) {
      this.#failing.set(name, { code: 'STORE_FULL', times: Infinity })
    }
  }

  /** An operation fails so often, by no fault of its own. */
  fail(name: Method, times: number): void {
    this.#failing.set(name, { code: 'INTERNAL', times })
  }

  /** There is room again. */
  empty(): void {
    this.#failing.clear()
  }

  /** Resolves when an operation is refused. */
  refused(name: Method): Promise<void> {
    return new Promise(resolve => {
      this.onRefused = refused => refused === name && resolve()
    })
  }

  wrap(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name, target) as unknown
        if (typeof method !== 'function') return method
        return (...parameters: unknown[]) => {
          const refusal = this.#refusal(name as Method)
          return refusal === undefined ? method.apply(target, parameters) : Promise.reject(refusal)
        }
      },
    })
  }

  #refusal(name: Method): LatchdError | undefined {
    const failing = this.#failing.get(name)
    if (failing === undefined || failing.times-- <= 0) return undefined
    this.onRefused(name)
    return new LatchdError(failing.code, `${name} was refused by the test`)
  }
}
