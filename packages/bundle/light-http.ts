/** `node:http` without what Node loads lazily, and `node:http2` without what no server of ours does. */

import type { Plugin } from 'rolldown'

const HTTP = '\0light-http'
const HTTP2 = '\0light-http2'

/**
 * Takes what `node:http` exports from Node's own object. An `import` of it reads all of its properties,
 * and one of them, `WebSocket`, loads the undici that is inside Node: 75 ms of a start (Node 26).
 *
 * Hono's server for Node asks of each request whether it came by HTTP/2. Ours listen for HTTP/1 alone, so
 * that none has, and Node's HTTP/2 need not be loaded to say so: another 7 ms.
 */
export function light(): Plugin {
  const http = process.getBuiltinModule('node:http')
  const names = Object.entries(Object.getOwnPropertyDescriptors(http))
    .filter(([name, { get }]) => get === undefined && name !== 'default')
    .map(([name]) => name)
  const texts = new Map([
    [
      HTTP,
      `const http = process.getBuiltinModule('node:http')
export default http
export const { ${names.join(', ')} } = http
`,
    ],
    [
      HTTP2,
      `export class Http2ServerRequest {}
export const constants = {}
`,
    ],
  ])
  return {
    name: 'light-http',
    resolveId(source, importer = '') {
      const name = source.replace(/^node:/, '')
      if (name === 'http') return HTTP
      return name === 'http2' && importer.includes('@hono/node-server') ? HTTP2 : undefined
    },
    load: id => texts.get(id),
  }
}
