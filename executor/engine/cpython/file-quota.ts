/** Bounds what the files of a guest take in the host: they are outside of its memory. */

import type { FileNode, FileSystem } from './emscripten-module.ts'

/** How much a guest's files take, and may take. */
export interface FileQuota {
  /** At most what they take: what a removed file took is found when there is no room left. */
  usedBytes: number
  maxBytes: number
}

/** About what a node of the file system takes in the host. */
const NODE_BYTES = 1024
/** No space: an error number of WASI. */
const ENOSPC = 51

/**
 * Counts what files take, and refuses more than the quota.
 *
 * @param folders in which a guest makes files
 */
export function boundFiles(FS: FileSystem, quota: FileQuota, folders: readonly string[]): void {
  const { MEMFS } = FS.filesystems
  const require = (bytes: number) => {
    if (quota.usedBytes + bytes <= quota.maxBytes) return
    quota.usedBytes = bytesOfFiles(FS, folders)
    if (quota.usedBytes + bytes > quota.maxBytes) throw new FS.ErrnoError(ENOSPC)
  }
  const charge = <T>(node: FileNode, wanted: number, change: () => T): T => {
    const before = sizeOf(node)
    if (wanted > before) require(wanted - before)
    const result = change()
    quota.usedBytes += sizeOf(node) - before
    return result
  }
  const expand = MEMFS.expandFileStorage.bind(MEMFS)
  const resize = MEMFS.resizeFileStorage.bind(MEMFS)
  MEMFS.expandFileStorage = (node, capacity) => charge(node, capacity, () => expand(node, capacity))
  MEMFS.resizeFileStorage = (node, size) => charge(node, size, () => resize(node, size))
  // The first write to an empty file makes its content at once, and expands nothing.
  const operations = MEMFS.ops_table.file.stream
  const { write } = operations
  operations.write = (stream, buffer, offset, length, position, canOwn) => {
    const { node } = stream
    const run = () => write(stream, buffer, offset, length, position, canOwn)
    const isFirst = node?.usedBytes === 0 && position === 0
    return isFirst ? charge(node, length, run) : run()
  }
  // A folder or an empty file takes memory of the host too.
  const create = FS.mknod.bind(FS)
  FS.mknod = (path, mode, device) => {
    require(NODE_BYTES)
    quota.usedBytes += NODE_BYTES
    return create(path, mode, device)
  }
}

const sizeOf = ({ contents }: FileNode): number =>
  ArrayBuffer.isView(contents) ? contents.byteLength : 0

/** What all files take that are in these folders or are open. */
function bytesOfFiles(FS: FileSystem, folders: readonly string[]): number {
  // The library is the image's.
  const seen = new Set<FileNode>([FS.lookupPath('/lib/python314.zip').node])
  const rest = folders.map(path => FS.lookupPath(path).node)
  for (const stream of FS.streams) if (stream?.node !== undefined) rest.push(stream.node)
  let bytes = 0
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    bytes += NODE_BYTES + sizeOf(node)
    const { contents } = node
    if (contents !== undefined && !ArrayBuffer.isView(contents) && FS.isDir(node.mode)) {
      rest.push(...Object.values(contents))
    }
  }
  return bytes
}
