/** The parts of the package's module that are used here, as its build names them. */

/** A node of the in-memory file system. */
export interface FileNode {
  /** Bytes of a file; of a folder its nodes by their names. */
  contents: Uint8Array | Int8Array | Record<string, FileNode> | undefined
  usedBytes: number | undefined
  rdev: number
  mode: number
  stream_ops: Record<string, unknown>
  node_ops: Record<string, unknown>
}

/** An open descriptor. */
export interface FileStream {
  readonly fd: number
  readonly node?: FileNode
  seekable: boolean
}

/** The operations of a device. */
export interface DeviceOperations {
  open?(stream: FileStream): void
  close?(): void
  read?(stream: FileStream, buffer: Int8Array, offset: number, length: number): number
  write?(stream: FileStream, buffer: Int8Array, offset: number, length: number): number
}

/** Writes to a file of the memory. */
export type WriteFile = (
  stream: FileStream,
  buffer: Int8Array,
  offset: number,
  length: number,
  position: number,
  canOwn?: boolean,
) => number

/** The in-memory file system. It lives outside of the guest's memory. */
export interface FileSystem {
  readonly ErrnoError: new (errno: number) => Error
  readonly filesystems: {
    readonly MEMFS: {
      expandFileStorage(node: FileNode, capacity: number): void
      resizeFileStorage(node: FileNode, size: number): void
      /** The operations that all files share. */
      readonly ops_table: { readonly file: { readonly stream: { write: WriteFile } } }
    }
  }
  readonly streams: (FileStream | null | undefined)[]
  /** The number of the next node. */
  nextInode: number
  createNode(parent: FileNode, name: string, mode: number, device: number): FileNode
  utime(path: string, accessed: number, modified: number): void
  chdir(path: string): void
  close(stream: FileStream): void
  getDevice(device: number): { stream_ops: DeviceOperations }
  isDir(mode: number): boolean
  analyzePath(path: string): { readonly exists: boolean }
  chmod(path: string, mode: number): void
  lookupPath(path: string, options?: { parent: boolean }): { readonly node: FileNode }
  mknod(path: string, mode: number, device: number): FileNode
  rename(from: string, to: string): void
  lstat(path: string): { readonly mode: number }
  makedev(major: number, minor: number): number
  mkdev(path: string, device: number): void
  mkdirTree(path: string): void
  open(path: string, flags: string): FileStream
  readdir(path: string): string[]
  registerDevice(device: number, operations: DeviceOperations): void
  rmdir(path: string): void
  unlink(path: string): void
  writeFile(path: string, bytes: Uint8Array, options?: { canOwn: boolean }): void
}

/** The module once it is made. */
export interface EmscriptenModule {
  HEAPU8: Uint8Array<ArrayBuffer>
  HEAPU32: Uint32Array
  HEAP8: Int8Array
  readonly FS: FileSystem
  readonly ENV: Record<string, string>
  readonly _Py_Version: number
  readonly _Py_EMSCRIPTEN_SIGNAL_HANDLING: number
  _PyRun_SimpleString(text: number): number
  _PyGILState_Ensure(): number
  _PyGILState_Release(state: number): void
  _malloc(bytes: number): number
  _free(at: number): void
  _emscripten_notify_memory_growth(index: number): void
  _emscripten_stack_get_current(): number
  __emscripten_stack_restore(at: number): void
}

/** A function that the WebAssembly imports; `sig` is its signature. */
export type ImportedFunction = ((...args: never[]) => unknown) & { sig?: string }
/** The imports of the WebAssembly module. */
export interface Imports extends WebAssembly.Imports {
  env: Record<string, WebAssembly.ImportValue>
}

/** Makes a module: the default export of the package's loader. */
export type CreateModule = (settings: Record<string, unknown>) => Promise<EmscriptenModule>
