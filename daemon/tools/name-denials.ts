/** Tools whose errors name the setting when Node's permissions denied an access. */

import { iteratorOf } from '../../protocol/tool/iterator.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { named } from '../permissions/denial.ts'

/** The same tool whose denials name the setting: in its calls, its rules, and its streams. */
export function nameDenials(tool: Tool): Tool {
  const { approvalRule, probe, executeRaw } = tool
  return {
    ...tool,
    approvalRule:
      typeof approvalRule === 'function'
        ? (...args) => naming(() => approvalRule(...args))
        : approvalRule,
    probe: probe && ((...args) => naming(() => probe(...args)) as ReturnType<typeof probe>),
    execute: (input, context) => naming(() => tool.execute(input, context), namingStream),
    ...(executeRaw && {
      executeRaw: (input, context) =>
        naming(() => executeRaw.call(tool, input, context), namingStream),
    }),
  }
}

/** Runs; a thrown or rejected denial is named. @param then maps the value */
function naming(run: () => unknown, then: (value: unknown) => unknown = same): unknown {
  try {
    const value = run()
    return value instanceof Promise ? value.then(then, rethrow) : then(value)
  } catch (error) {
    return rethrow(error)
  }
}

function namingStream(value: unknown): unknown {
  const iterator = iteratorOf(value)
  if (iterator === undefined) return value
  const stream = {
    next: () => naming(() => iterator.next()),
    return: () => naming(() => iterator.return?.()),
  }
  return { [Symbol.asyncIterator]: () => stream }
}

function same(value: unknown): unknown {
  return value
}

function rethrow(error: unknown): never {
  throw named(error)
}
