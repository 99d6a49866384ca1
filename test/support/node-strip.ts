import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What Node's own stripping makes of a source: its text, or why it refuses. */
export type Stripped = { readonly text: string } | { readonly refusal: string }

/** Some sources leave the stripping of their thread unusable: such a thread says so and is replaced. */
const THREAD = `
  const { stripTypeScriptTypes } = require('node:module')
  const { parentPort } = require('node:worker_threads')
  const strip = source => {
    try { return { text: stripTypeScriptTypes(source, { mode: 'strip' }) } }
    catch (error) { return { refusal: String(error.message) } }
  }
  parentPort.on('message', sources => {
    const stripped = []
    for (const source of sources) {
      stripped.push(strip(source))
      if (!strip('let a: 1').text) break
    }
    parentPort.postMessage(stripped)
  })`

/** Strips sources as Node does, in a thread of their own. */
export async function stripAsNodeDoes(sources: readonly string[]): Promise<Stripped[]> {
  const stripped: Stripped[] = []
  while (stripped.length < sources.length) {
    const worker = new Worker(THREAD, { eval: true, execArgv: ['--no-warnings'] })
    worker.postMessage(sources.slice(stripped.length))
    const [some] = (await once(worker, 'message')) as [Stripped[]]
    stripped.push(...some)
    await worker.terminate()
  }
  return stripped
}
