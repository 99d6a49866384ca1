/** A server of Node's alone: it reads a request and answers with as many bytes as an execution has. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const answer = JSON.stringify({ status: 'completed', rest: 'x'.repeat(600) })
const headers = { 'content-type': 'application/json', 'content-length': answer.length }

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(200, headers).end(answer))
})
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
// Ends with the bench.
process.on('disconnect', () => process.exit())
