/**
 * The times and numbers of in-memory files, which the package takes from the host: here they come
 * from the guest's clock, so that a program sees the same ones whenever it runs.
 */

import type { FileNode, FileSystem } from './emscripten-module.ts'

const names = ['atime', 'mtime', 'ctime'] as const
/** A time that is set explicitly to the host's present is one that the package has read itself. */
const PRESENT_MS = 20

/** Takes over the times of all files, those that are there and those that come. */
export function ownTimes(FS: FileSystem, now: () => number): void {
  /** Whether times are set that the guest has chosen. */
  let isChosen = false
  const own = (node: FileNode, startMs: number) => {
    for (const name of names) {
      let value = startMs
      Object.defineProperty(node, name, {
        configurable: true,
        get: () => value,
        set: (given: number) => {
          const isPresent = Math.abs(given - Date.now()) < PRESENT_MS
          value = isChosen && !isPresent ? given : Math.floor(now())
        },
      })
    }
  }
  const ownTree = (node: FileNode) => {
    own(node, 0)
    if (node.contents === undefined || node.contents === null) return
    if (!FS.isDir(node.mode) || ArrayBuffer.isView(node.contents)) return
    for (const child of Object.values(node.contents as unknown as Record<string, FileNode>)) {
      ownTree(child)
    }
  }
  ownTree(FS.lookupPath('/').node)
  const create = FS.createNode.bind(FS)
  FS.createNode = (parent, name, mode, device) => {
    const node = create(parent, name, mode, device)
    own(node, Math.floor(now()))
    return node
  }
  const utime = FS.utime.bind(FS)
  FS.utime = (path, accessed, modified) => {
    isChosen = true
    try {
      utime(path, accessed, modified)
    } finally {
      isChosen = false
    }
  }
}
