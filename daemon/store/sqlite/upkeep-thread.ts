/** A thread that copies or checks a store's file once. */

import { parentPort, workerData } from 'node:worker_threads'
import { backupFile, type UpkeepTask, verifyFile } from './upkeep.ts'

const task = workerData as UpkeepTask

function run(): readonly string[] {
  switch (task.kind) {
    case 'verify':
      return verifyFile(task.file)
    case 'backup':
      backupFile(task.from, task.to)
      return []
    default:
      return task satisfies never
  }
}

parentPort?.postMessage(run())
