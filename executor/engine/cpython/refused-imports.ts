/**
 * Sealed functions that a program of good will comes to: sockets, pipes, processes, devices, links.
 * Nothing is done for them, but the C code that calls them has a way for a platform without them,
 * and the program gets the exception that CPython raises there. The others have no answer that says
 * no, so the instance is given up.
 */

/** `ENOSYS` of the package's C library. */
const ENOSYS = 52
/** `EAI_FAIL` of it: a name has no address, and never will. */
const EAI_FAIL = -4
/** A null pointer; of a function that answers whether it has done something, that it has not. */
const NOTHING = 0

const systemCalls = [
  ...['socket', 'bind', 'connect', 'listen', 'accept4', 'getpeername', 'getsockname'],
  ...['getsockopt', 'recvfrom', 'recvmsg', 'sendmsg', 'sendto', 'pipe', 'poll', 'dup3'],
  ...['symlinkat', 'mknodat', 'fchownat', 'fchown32', 'fchdir', 'fchmodat2', 'fdatasync'],
  ...['fadvise64', 'fallocate', 'statfs64', 'fstatfs64'],
].map(name => `__syscall_${name}`)
const others = ['_emscripten_system', '_mmap_js', '_munmap_js', '_msync_js', '_setitimer_js']

/** What each returns in place of doing anything; `null` is that of one that gives a promise. */
export const refusedImports: ReadonlyMap<string, number | null> = new Map<string, number | null>([
  ...[...systemCalls, ...others].map(name => [name, -ENOSYS] as const),
  ['getaddrinfo', EAI_FAIL],
  ['getnameinfo', EAI_FAIL],
  ['getprotobyname', NOTHING],
  ['_try_fcntl64', NOTHING],
  ['_try_shutdown', NOTHING],
  ['_maybe_poll_async', null],
  ['_maybe_connect_async', null],
  ['_maybe_recvfrom_async', null],
  ['_maybe_sendto_async', null],
])
