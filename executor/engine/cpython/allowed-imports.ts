/**
 * The boundary of the engine: the functions of the host that CPython may call once it has booted.
 * The package's WebAssembly imports many more, its bridge to JavaScript among them. Each of the
 * others throws, and the instance is given up.
 *
 * The list is held against the package by a test: an upgrade is a decision.
 */
const files = [
  ...['fd_read', 'fd_write', 'fd_seek', 'fd_close', 'fd_pread', 'fd_pwrite', 'fd_sync'],
  ...['fd_fdstat_get', '__syscall_openat', '__syscall_stat64', '__syscall_fstat64'],
  ...['__syscall_lstat64', '__syscall_newfstatat', '__syscall_getdents64', '__syscall_mkdirat'],
  ...['__syscall_unlinkat', '__syscall_rmdir', '__syscall_renameat', '__syscall_getcwd'],
  ...['__syscall_chdir', '__syscall_fcntl64', '__syscall_ftruncate64', '__syscall_truncate64'],
  ...['__syscall_faccessat', '__syscall_readlinkat', '__syscall_chmod', '__syscall_fchmod'],
  ...['__syscall_utimensat', '__syscall_ioctl', '__syscall_dup', '__syscall_umask_js'],
  '__syscall_getuid32_js',
] as const

/** These are answered by us, in place of the package's own functions. */
export const replacedImports = [
  ...['clock_time_get', 'clock_res_get', 'random_get', 'emscripten_get_now'],
  ...['emscripten_date_now', '_tzset_js', '_localtime_js', '_mktime_js'],
  ...['emscripten_resize_heap', '_Py_CheckEmscriptenSignals_Helper', '_Py_emscripten_runtime'],
] as const

const others = [
  ...['_gmtime_js', '_timegm_js', 'environ_get', 'environ_sizes_get', 'emscripten_get_heap_max'],
] as const

/** The functions that stay after the boot. */
export const allowedImports: ReadonlySet<string> = new Set<string>([
  ...files,
  ...replacedImports,
  ...others,
])
