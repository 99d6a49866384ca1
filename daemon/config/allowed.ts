/** The configured rights of tool modules under Node's permissions. */

import { resolve } from 'node:path'
import { z } from 'zod'
import { listFromText, type ValueKind, valueKind } from './value-kind.ts'

/** Beyond what the daemon needs for itself; paths are absolute, a folder stands for all in it. */
export interface Allowed {
  readonly read: readonly string[]
  readonly write: readonly string[]
  /** Makes no difference: a daemon listens, and Node knows no finer rule. */
  readonly net: boolean
  readonly child: boolean
}

/** The word for an empty list. */
const NONE = 'none'

/** Node takes a star in a path for any text, and no path has the character 0. */
const item = /^(?:(read|write):\s*([^*\0]+)|net|child)$/

/** `read:PATH`, `write:PATH`, `net` and `child`; separated by commas in text. */
export const allowed: ValueKind<Allowed> = {
  ...valueKind({
    schema: z.array(z.string().regex(item)),
    allowed: `a list of read:PATH, write:PATH, net and child, paths without *, or ${NONE}`,
    fromText: text => (text.trim() === NONE ? [] : listFromText(text)),
    settle: (items, { folder }): Allowed => {
      const paths = (kind: string) =>
        items.flatMap(text => {
          const [, found, path] = item.exec(text) ?? []
          return found === kind ? [resolve(folder, path as string)] : []
        })
      return {
        read: paths('read'),
        write: paths('write'),
        net: items.includes('net'),
        child: items.includes('child'),
      }
    },
  }),
  show: ({ read, write, net, child }) => [
    ...read.map(path => `read:${path}`),
    ...write.map(path => `write:${path}`),
    ...(net ? ['net'] : []),
    ...(child ? ['child'] : []),
  ],
}
