/**
 * A program that is already out of the engine, in the realm of its worker thread: every way to modules,
 * network, files, processes and the daemon's log that Node has had. The lists are longer than what was
 * ever allowed: those of vm2 lacked `node:process` and `node:inspector/promises` (CVE-2026-47140), and
 * Node's permissions lacked local sockets (CVE-2026-21636, CVE-2026-21711), reports (CVE-2026-48617,
 * CVE-2026-58039), what `process.binding` reaches (CVE-2023-32558) and the workers that
 * `node:diagnostics_channel` shows (CVE-2025-23083).
 */

/** Code that is run outside of the engine; it gives a list of what it got hold of. */
export interface Intrusion {
  readonly name: string
  readonly code: string
}

/** What the intrusions reach for. */
export interface Targets {
  /** A file with `KEY=secret` in it, which the process of the test may read. */
  readonly secret: string
  /** The path of a file that nobody has made. */
  readonly made: string
  /** A server on the loopback that notes who comes. */
  readonly url: string
  /** A local socket that notes who comes. */
  readonly socket: string
  /** The process of the test. */
  readonly pid: number
}

/** Every way to a module of Node that a realm without `import` declarations has. */
export function loading(name: string): string {
  const text = JSON.stringify(name)
  const bare = JSON.stringify(name.slice('node:'.length))
  return `
const ways = [
  () => import(${text}),
  () => import(${bare}),
  () => import(${text}, { with: {} }),
  () => (0, eval)('import(' + ${JSON.stringify(text)} + ')'),
  () => Function('return import(' + ${JSON.stringify(text)} + ')')(),
  () => process.getBuiltinModule(${text}),
  () => new process.constructor().getBuiltinModule(${text}),
  () => process.binding(${bare}),
  () => process._linkedBinding(${bare}),
  () => process.mainModule.require(${text}),
  () => globalThis.require(${text}),
  () => globalThis.module.constructor._load(${text}),
  () => import('data:text/javascript,export * from ' + ${JSON.stringify(text)}),
  () => import(URL.createObjectURL(new Blob(['export * from ' + ${JSON.stringify(text)}], { type: 'text/javascript' }))),
]
const got = []
for (const [i, way] of ways.entries()) try { if (await way()) got.push(i) } catch {}
return got`
}

/** Modules whose loading is tried; between them they hold all that Node can do to the outside. */
export const modules = [
  'node:fs',
  'node:fs/promises',
  'node:net',
  'node:tls',
  'node:dns',
  'node:dgram',
  'node:http',
  'node:http2',
  'node:child_process',
  'node:worker_threads',
  'node:cluster',
  'node:inspector',
  'node:inspector/promises',
  'node:sqlite',
  'node:wasi',
  'node:ffi',
  'node:vm',
  'node:v8',
  'node:os',
  'node:module',
  'node:process',
  'node:console',
  'node:async_hooks',
  'node:diagnostics_channel',
  'node:repl',
  'node:test',
]

/** Attempts at what the realm still has. */
export function intrusions({ secret, made, url, socket, pid }: Targets): readonly Intrusion[] {
  return [
    {
      name: 'sends nothing over the network',
      code: `const got = []
        for (const name of ['fetch', 'WebSocket', 'EventSource', 'WebSocketStream', 'XMLHttpRequest', 'BroadcastChannel', 'Worker', 'RTCPeerConnection', 'WebTransport'])
          if (typeof globalThis[name] === 'function') got.push(name)
        try { await fetch('${url}') } catch {}
        return got`,
    },
    {
      name: 'reaches no local socket',
      code: `const got = []
        for (const name of ['Socket', 'Pipe', 'Server', 'TCP']) if (typeof globalThis[name] === 'function') got.push(name)
        try { new (process.binding('pipe_wrap').Pipe)(0).connect({}, '${socket}'); got.push('Pipe') } catch {}
        try { (await import('node:net')).connect('${socket}'); got.push('connect') } catch {}
        try { new Request('unix:${socket}').clone().body; await fetch('http+unix:${socket}'); got.push('fetch') } catch {}
        return got`,
    },
    {
      name: 'finds no environment',
      code: `const got = Object.keys(process.env)
        try { got.push(...Object.keys(process.report.getReport().environmentVariables)) } catch {}
        return got`,
    },
    {
      name: "writes nothing into the daemon's log",
      code: `const got = []
        for (const name of ['stdin', 'stdout', 'stderr']) if (process[name]?.write ?? process[name]?.push) got.push(name)
        if (typeof console !== 'undefined') got.push('console')
        if (String(process._rawDebug) !== '() => {}') got.push('_rawDebug')
        if (process.listenerCount('warning') > 0) got.push('warnings')
        return got`,
    },
    {
      name: 'signals no process',
      // The two that end the thread of their caller are looked for, and not called.
      code: `const got = ['kill', '_kill', '_debugProcess', '_debugEnd'].filter(name => name in process)
        for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd', 'setuid', 'setgid', 'seteuid', 'initgroups', 'chdir'])
          try { process[name](${pid}, 0); got.push(name) } catch {}
        return got`,
    },
    {
      name: 'has Node read and write no file for it',
      code: `const got = []
        try { process.loadEnvFile(${JSON.stringify(secret)}); got.push(process.env.KEY) } catch {}
        try { process.report.writeReport(${JSON.stringify(made)}); got.push('report') } catch {}
        try { process.dlopen({ exports: {} }, ${JSON.stringify(secret)}); got.push('native') } catch {}
        try { process.execve('/bin/true'); got.push('execve') } catch {}
        try { localStorage.setItem('a', 'b'); got.push('storage') } catch {}
        try { await (await import('node:fs')).openAsBlob(${JSON.stringify(secret)}); got.push('blob') } catch {}
        return got`,
    },
    {
      name: 'finds no open handle and no file descriptor',
      code: `const got = []
        for (const name of ['_getActiveHandles', '_getActiveRequests']) try { got.push(...process[name]()) } catch {}
        for (const stream of [process.stdin, process.stdout, process.stderr]) if (stream?._handle ?? stream?.fd) got.push('stream')
        if (process.channel ?? process.connected ?? process.send) got.push('channel')
        return got.map(String)`,
    },
    {
      name: "gets no frame of the thread's own code",
      code: `const got = []
        Error.prepareStackTrace = (error, sites) => { for (const site of sites.slice(1)) { got.push(site.getThis?.(), site.getFunction?.()) } return '' }
        const depth = Error.stackTraceLimit
        Error.stackTraceLimit = 100
        try { void new Error('x').stack } finally { Error.stackTraceLimit = depth; delete Error.prepareStackTrace }
        return got.filter(one => one !== undefined).map(String)`,
    },
    {
      name: 'starts no process of its own by a module of WebAssembly',
      code: `const got = []
        try { new (await import('node:wasi')).WASI({ version: 'preview1' }); got.push('wasi') } catch {}
        if (WebAssembly.JSTag !== undefined && typeof WebAssembly.JSTag === 'function') got.push('tag')
        return got`,
    },
  ]
}
