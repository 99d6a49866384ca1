/**
 * Thread that reads one document. Documents come from elsewhere, and some make their reader take long
 * or much memory: the thread has bounds for both, and the daemon goes on meanwhile.
 */

import { parentPort, workerData } from 'node:worker_threads'
import { pathlessText } from '../../base/host-fault.ts'
import { parseDocument } from './parse-document.ts'
import type { DocumentPlan, ReadingOptions } from './plan.ts'
import { readOperations } from './read-operations.ts'

/** What the thread is started with. */
export interface ReadingOrder {
  readonly text: string
  readonly options: ReadingOptions
}

/** What it answers: the JSON of a `DocumentPlan`, or why there is none. */
export type ReadingAnswer =
  | { readonly ok: true; readonly plan: string }
  | { readonly ok: false; readonly reason: string }

async function answer({ text, options }: ReadingOrder): Promise<ReadingAnswer> {
  try {
    const { document, warnings } = await parseDocument(text, options.overlays)
    const read = readOperations(document, options)
    const plan: DocumentPlan = { ...read, warnings: [...warnings, ...read.warnings] }
    return { ok: true, plan: JSON.stringify(plan) }
  } catch (error) {
    return { ok: false, reason: pathlessText(error) }
  }
}

if (parentPort === null) throw new Error('This module is a thread')
parentPort.postMessage(await answer(workerData as ReadingOrder))
