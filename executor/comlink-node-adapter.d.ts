declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { MessagePort, Worker } from 'node:worker_threads'
  import type { Endpoint } from 'comlink'
  /** Makes a port of Node's into an endpoint of Comlink's. */
  export default function nodeEndpoint(port: MessagePort | Worker): Endpoint
}
