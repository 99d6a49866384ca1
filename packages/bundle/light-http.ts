/** `node:http` without what Node loads lazily. */

import type { Plugin } from 'rolldown'

const ID = '\0light-http'

/**
 * Takes what `node:http` exports from Node's own object. An `import` of it reads all of its properties,
 * and one of them, `WebSocket`, loads the undici that is inside Node: 75 ms of a start (Node 26).
 */
export function light(): Plugin {
  const http = process.getBuiltinModule('node:http')
  const names = Object.entries(Object.getOwnPropertyDescriptors(http))
    .filter(([name, { get }]) => get === undefined && name !== 'default')
    .map(([name]) => name)
  return {
    name: 'light-http',
    resolveId: source => (source === 'node:http' || source === 'http' ? ID : undefined),
    load(id) {
      if (id !== ID) return undefined
      return `const http = process.getBuiltinModule('node:http')
export default http
export const { ${names.join(', ')} } = http
`
    },
  }
}
