/**
 * The imports that are answered here: the clock, the zone, randomness, the size of the memory, the
 * interrupt. With these the interpreter does the same whenever it runs again.
 */

import type { ImportedFunction } from './emscripten-module.ts'
import type { InstanceHooks } from './instance-hooks.ts'

/** What the imports work with; each is asked when it is needed, since memories are replaced. */
export interface ImportDependencies {
  memory(): Uint8Array<ArrayBuffer>
  malloc(bytes: number): number
  hooks(): InstanceHooks
  resize(bytes: number): number
  /** Called once, in the boot: where the C library has the names of the zone. */
  placeZoneNames(winterAt: number, summerAt: number): void
}

const REALTIME = 0
const NANOSECONDS_PER_MS = 1e6
const RESOLUTION_NANOSECONDS = 1000n
/** Offsets in `struct tm`, in bytes: daylight saving, and seconds ahead of UTC. */
const TM_DST = 32
const TM_OFFSET = 36
const RUNTIME_NAME = 'latchd'
/** `EINVAL` of WASI. */
const EINVAL = 28

/** Replaces imports of the module by ours. */
export function replaceImports(
  env: Record<string, WebAssembly.ImportValue>,
  deps: ImportDependencies,
): void {
  const view = () => new DataView(deps.memory().buffer)
  const own = (name: string, answer: (...args: never[]) => unknown) => {
    const replaced: ImportedFunction = answer
    const { sig } = env[name] as ImportedFunction
    if (sig !== undefined) replaced.sig = sig
    env[name] = replaced as WebAssembly.ImportValue
  }
  own('clock_time_get', (clock: number, _precision: bigint, at: number) => {
    if (clock < REALTIME || clock > 3) return EINVAL
    const nanoseconds = BigInt(Math.round(deps.hooks().now() * NANOSECONDS_PER_MS))
    view().setBigInt64(at >>> 0, nanoseconds, true)
    return 0
  })
  own('clock_res_get', (_clock: number, at: number) => {
    view().setBigInt64(at >>> 0, RESOLUTION_NANOSECONDS, true)
    return 0
  })
  own('emscripten_date_now', () => deps.hooks().now())
  own('emscripten_get_now', () => deps.hooks().now())
  own('random_get', (at: number, length: number) => {
    deps.hooks().random(deps.memory().subarray(at >>> 0, (at >>> 0) + (length >>> 0)))
    return 0
  })
  own('_Py_CheckEmscriptenSignals_Helper', () => deps.hooks().poll())
  own('_Py_emscripten_runtime', () => {
    const bytes = Buffer.from(`${RUNTIME_NAME}\0`)
    const at = deps.malloc(bytes.length)
    if (at !== 0) deps.memory().set(bytes, at)
    return at
  })
  own('emscripten_resize_heap', (bytes: number) => deps.resize(bytes >>> 0))
  replaceZone(env, own, view, deps)
}

/** Local time: the zone of the execution, and never that of the host. */
function replaceZone(
  env: Record<string, WebAssembly.ImportValue>,
  own: (name: string, answer: (...args: never[]) => unknown) => void,
  view: () => DataView,
  deps: ImportDependencies,
): void {
  const toFields = env._gmtime_js as unknown as (time: bigint, at: number) => void
  const toTime = env._timegm_js as unknown as (at: number) => bigint | number
  own(
    '_tzset_js',
    (timezoneAt: number, daylightAt: number, standardAt: number, summerAt: number) => {
      view().setUint32(timezoneAt >>> 0, 0, true)
      view().setInt32(daylightAt >>> 0, 0, true)
      for (const at of [standardAt, summerAt]) deps.memory().set(Buffer.from('UTC\0'), at >>> 0)
      deps.placeZoneNames(standardAt >>> 0, summerAt >>> 0)
    },
  )
  own('_localtime_js', (time: bigint, at: number) => {
    const { offset, isSummer } = deps.hooks().zone.localTimeAt(Number(time))
    toFields(time + BigInt(offset), at)
    view().setInt32((at >>> 0) + TM_DST, isSummer ? 1 : 0, true)
    view().setInt32((at >>> 0) + TM_OFFSET, offset, true)
  })
  own('_mktime_js', (at: number) => {
    const asUtc = BigInt(toTime(at))
    // The offset a little earlier or later is another one near a change of the clocks only.
    const guess = asUtc - BigInt(deps.hooks().zone.offsetAt(Number(asUtc)))
    return asUtc - BigInt(deps.hooks().zone.offsetAt(Number(guess)))
  })
}
