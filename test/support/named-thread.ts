/** A worker thread whose report is the number of the thread that ran its task. */

import { threadId } from 'node:worker_threads'
import type { GuestReport } from '../../executor/boundary/messages.ts'
import { serveWith } from './lane-duties.ts'

export default serveWith(() => ({ outcome: { status: 'stopped' }, cpuMs: threadId }) as GuestReport)
