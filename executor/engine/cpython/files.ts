/**
 * The in-memory files of an instance: one door to the host, a library that cannot be written to,
 * and a bound for all that a guest stores. They are outside of the guest's memory, so a copy of an
 * image does not bring them back: {@link closeFiles} does.
 */

import type { FileNode, FileSystem } from './emscripten-module.ts'
import { boundFiles, type FileQuota } from './file-quota.ts'

/** The path of the door. It is opened as descriptor {@link DOOR_FD}. */
const DOOR = '/dev/latch'
/** The first descriptor after the three standard ones. */
export const DOOR_FD = 3
/** Numbers of the device, which no other one has. */
const DOOR_MAJOR = 200
/** A frame that is refused. */
export const EINVAL = 28
/** A frame that is not taken, since a signal has come. */
export const EINTR = 27
/** Error numbers of WASI, as these two. */
const EROFS = 69

/** The host's side of the door. */
export interface Door {
  /** @returns 0, or the error number of a frame that is not taken */
  write(frame: Uint8Array): number
  read(): Uint8Array
}

/** Makes the door. What is read and does not fit waits for the next read. */
export function openDoor(FS: FileSystem, door: Door): void {
  const device = FS.makedev(DOOR_MAJOR, 1)
  let rest: Uint8Array | undefined
  FS.registerDevice(device, {
    open(stream) {
      stream.seekable = false
      rest = undefined
    },
    close() {},
    write(_stream, buffer, offset, length) {
      rest = undefined
      const frame = new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length)
      const fault = door.write(frame)
      if (fault !== 0) throw new FS.ErrnoError(fault)
      return length
    },
    read(_stream, buffer, offset, length) {
      const bytes = rest ?? door.read()
      const count = Math.min(bytes.length, length)
      new Uint8Array(buffer.buffer, buffer.byteOffset + offset, count).set(bytes.subarray(0, count))
      rest = count < bytes.length ? bytes.subarray(count) : undefined
      return count
    },
  })
  FS.mkdev(DOOR, device)
}

/** The folders that a guest writes to: they are made anew for each program. */
const ownFolders = ['/home', '/tmp', '/dev/shm']
const HOME = '/home/guest'

/** Folders of the image, in which nothing is made, removed or renamed. */
const imageFolders = [
  ...['/', '/dev', '/proc', '/proc/self', '/lib', '/lib/python3.14'],
  ...['/lib/python3.14/site-packages', '/lib/python3.14/lib-dynload'],
]

/** The files of an instance, as its owner closes and empties them. */
export interface ClosedFiles {
  /** Opens the door. */
  open(): void
  seal(): void
  reset(): void
}

/** Bounds the files, and takes the host's randomness away. */
export function closeFiles(
  FS: FileSystem,
  quota: FileQuota,
  random: (bytes: Uint8Array) => void,
): ClosedFiles {
  for (const name of ['random', 'urandom']) {
    FS.getDevice(FS.lookupPath(`/dev/${name}`).node.rdev).stream_ops.read = (
      _stream,
      buffer,
      offset,
      length,
    ) => {
      random(new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length))
      return length
    }
  }
  boundFiles(FS, quota, ownFolders)
  const standard = FS.streams.slice(0, DOOR_FD)
  let firstInode = 0
  const guard = { isOn: false }
  const open = () => {
    if (FS.open(DOOR, 'r+').fd !== DOOR_FD) throw new Error('the door is another descriptor')
  }
  const empty = () => {
    FS.chdir('/')
    for (const folder of ownFolders) {
      if (FS.analyzePath(folder).exists) remove(FS, folder)
      FS.mkdirTree(folder)
    }
    FS.mkdirTree(HOME)
    FS.chdir(HOME)
    open()
  }
  return {
    open,
    seal() {
      closeImage(FS, guard)
      firstInode = FS.nextInode
      empty()
      guard.isOn = true
    },
    reset() {
      guard.isOn = false
      for (let fd = FS.streams.length - 1; fd >= 0; fd--) {
        const stream = FS.streams[fd]
        if (stream !== null && stream !== undefined && stream !== standard[fd]) FS.close(stream)
      }
      for (const [fd, stream] of standard.entries()) FS.streams[fd] = stream
      // A program can read the inode numbers of its files, which replay must repeat.
      FS.nextInode = firstInode
      empty()
      guard.isOn = true
    },
  }
}

/** What the image has is the same in every run: nothing in it is written, moved or removed. */
function closeImage(FS: FileSystem, guard: { readonly isOn: boolean }): void {
  const refuse = () => {
    throw new FS.ErrnoError(EROFS)
  }
  const { node } = FS.lookupPath('/lib/python314.zip')
  const writing = { write: refuse, allocate: refuse, mmap: refuse, msync: refuse }
  node.stream_ops = { ...node.stream_ops, ...writing }
  node.node_ops = { ...node.node_ops, setattr: refuse }
  const closed = new Set<FileNode>()
  const guarded =
    (operation: unknown) =>
    (...args: unknown[]): unknown =>
      guard.isOn ? refuse() : (operation as (...args: unknown[]) => unknown)(...args)
  for (const path of imageFolders) {
    const folder = FS.lookupPath(path).node
    closed.add(folder)
    const operations = { ...folder.node_ops }
    for (const name of ['mknod', 'unlink', 'rename', 'rmdir', 'symlink', 'setattr']) {
      operations[name] = guarded(operations[name])
    }
    folder.node_ops = operations
  }
  // The folder that a file leaves decides about a move, and not the one that it comes to.
  const rename = FS.rename.bind(FS)
  FS.rename = (from, to) => {
    if (guard.isOn && closed.has(FS.lookupPath(to, { parent: true }).node)) refuse()
    rename(from, to)
  }
}

function remove(FS: FileSystem, path: string): void {
  if (!FS.isDir(FS.lstat(path).mode)) {
    FS.unlink(path)
    return
  }
  FS.chmod(path, 0o777)
  for (const inner of FS.readdir(path)) {
    if (inner !== '.' && inner !== '..') remove(FS, `${path}/${inner}`)
  }
  FS.rmdir(path)
}
