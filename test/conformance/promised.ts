/** Operations that answer at once, as those of a store, which answer with promises. */

import type { Promised } from '../../executor/store/volatile-store.ts'

type Operation = (...args: never[]) => unknown

/** Some operations of a part of a store, with promises. */
export function promised<Part extends object, Name extends keyof Part>(
  part: Part,
  ...names: readonly Name[]
): Pick<Promised<Part>, Name> {
  const made = names.map(name => {
    const operation = part[name] as Operation
    return [name, async (...args: never[]) => operation.apply(part, args)] as const
  })
  return Object.fromEntries(made) as Pick<Promised<Part>, Name>
}
