/**
 * The engines: one row each. Outside of this folder an engine is known by its name alone.
 *
 * A row has two halves. The host makes an engine's base snapshot once, and hands it to the threads
 * of a pool. A thread makes its guests from it. Each half is loaded when it is first used.
 */

import type { Language } from '../../protocol/execution/execution.ts'
import type { PythonSnapshot } from './cpython/image.ts'
import type { BaseSnapshot, GuestMaker, RuntimeTags } from './engine-parts.ts'
import type { BaseSnapshot as QuickJSBaseSnapshot } from './quickjs/base-snapshot-shape.ts'

/** What those outside see of an engine's parts. */
export type {
  BaseSnapshot,
  EngineNames,
  GuestMaker,
  RuntimeTags,
  StandbyGuest,
} from './engine-parts.ts'

/** Languages that a worker reads in the same way. */
export type LanguageFamily = 'javascript' | 'python'

/** Limits of a thread, as `resourceLimits` of Node's workers. */
export interface ThreadLimits {
  readonly stackSizeMb: number
  readonly maxYoungGenerationSizeMb?: number
}

/** An engine, as the code sees it that runs programs on it. */
export interface Engine {
  readonly family: LanguageFamily
  readonly languages: readonly Language[]
  /**
   * Milliseconds beyond its CPU budget, or after a stop, in which a guest may still answer. An engine
   * with parts that never poll has less.
   */
  readonly graceMs: number
  /** What V8 has in each of its threads. */
  readonly threadLimits: ThreadLimits
  /**
   * Loads the half that makes base snapshots. It is for the host: it reads files.
   */
  readonly openHost: () => Promise<EngineHost>
  /** Loads the half that makes guests, in a thread, before that is sealed. */
  readonly openGuests: (baseSnapshot: BaseSnapshot) => Promise<GuestMaker>
}

/** The host's half of an engine. */
export interface EngineHost {
  /**
   * The base snapshot of this process; made when it is first asked for.
   *
   * @param file one that another process has stored, as {@link EngineHost.storedFile} gives it
   */
  baseSnapshot(file?: string): Promise<BaseSnapshot>
  /**
   * The file of the snapshot beside the app's compile cache; `undefined` without such a cache, or
   * when no process has stored it yet.
   */
  storedFile(): Promise<string | undefined>
  tagsOf(baseSnapshot: BaseSnapshot): RuntimeTags
}

const quickjs: Engine = {
  family: 'javascript',
  // The engine's own 512 KiB are the smaller part of a deep recursion.
  threadLimits: { stackSizeMb: 8 },
  graceMs: 1000,
  languages: ['javascript', 'typescript'],
  openHost: async () => {
    const [{ baseSnapshot, storedFile }, { runtimeTag, snapshotTag }] = await Promise.all([
      import('./quickjs/base-snapshot.ts'),
      import('./quickjs/runtime-tag.ts'),
    ])
    const tagsOf = (base: BaseSnapshot): RuntimeTags => ({
      snapshot: snapshotTag(base as QuickJSBaseSnapshot),
      replay: runtimeTag(base as QuickJSBaseSnapshot),
    })
    return { baseSnapshot, storedFile: async () => storedFile(), tagsOf }
  },
  openGuests: async base => {
    const [{ QuickJSGuest }, { Equipment }, { requireWhole }] = await Promise.all([
      import('./quickjs/quickjs.ts'),
      import('./quickjs/equipment.ts'),
      import('./memory-hash.ts'),
    ])
    const baseSnapshot = base as QuickJSBaseSnapshot
    const equipment = new Equipment(baseSnapshot.memoryBytes)
    return {
      standby: 2,
      leavesGarbage: false,
      names: { globals: [], ofProcess: [] },
      create: () => QuickJSGuest.create(baseSnapshot, equipment),
      requireWhole: () => {
        // It has no hash to be compared with.
        equipment.forget()
        requireWhole(baseSnapshot)
      },
    }
  },
}

const cpython: Engine = {
  family: 'python',
  languages: ['python'],
  // The interpreter bounds its recursion by a stack of its own, and takes more of V8's than that. Its
  // thread makes few objects: V8's own choice is 10 MB more, and no faster (measured).
  threadLimits: { stackSizeMb: 64, maxYoungGenerationSizeMb: 4 },
  graceMs: 100,
  openHost: async () => {
    const [{ pythonSnapshot, storedImage }, { pythonTags }] = await Promise.all([
      import('./cpython/image.ts'),
      import('./cpython/image-source.ts'),
    ])
    return { baseSnapshot: pythonSnapshot, storedFile: storedImage, tagsOf: pythonTags }
  },
  openGuests: async base =>
    (await import('./cpython/guest-maker.ts')).openPythonGuests(base as PythonSnapshot),
}

/** The engines, by name. */
export const engines = { quickjs, cpython } as const satisfies Readonly<Record<string, Engine>>
/** The engine whose runtime has this tag, of whatever version: it is the first word. */
export const engineOfTag = (tag: string): EngineName =>
  tag.startsWith('cpython') ? 'cpython' : 'quickjs'

/** The engine of a language. */
export const engineOf = (language: Language): EngineName => byLanguage.get(language) as EngineName

const byLanguage = new Map(
  Object.entries(engines).flatMap(([name, { languages }]) =>
    languages.map(language => [language, name as EngineName] as const),
  ),
)

/** The name of an engine. */
export type EngineName = keyof typeof engines
