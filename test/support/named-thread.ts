/** A worker thread whose report is the number of the thread that ran its task. */

import { threadId } from 'node:worker_threads'
import { offerControl } from './offered-control.ts'

offerControl()

export default () => threadId
