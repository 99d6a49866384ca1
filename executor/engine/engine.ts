/**
 * The engines: one row each. Outside of this folder an engine is known by its name alone.
 *
 * A row has two halves. The host makes an engine's base snapshot once, and hands it to the threads
 * of a pool. A thread makes its guests from it. Each half is loaded when it is first used.
 */

import type { Language } from '../../protocol/execution/execution.ts'
import type { Guest } from './guest.ts'
import type { BaseSnapshot as QuickJSBaseSnapshot } from './quickjs/base-snapshot-shape.ts'

/** The memory that every guest of an engine begins with, and what its guests need beside it. */
export interface BaseSnapshot {
  /** Names and versions of the runtime that made it. */
  readonly engine: string
  /** SHA-256 of the memory, hexadecimal. */
  readonly memoryHash: string
}

/** Names of the runtime of guests. State from another runtime may mean something else here. */
export interface RuntimeTags {
  /** What a session's snapshot depends on. */
  readonly snapshot: string
  /** What a replay depends on. */
  readonly replay: string
}

/** A guest, with what a thread does to it between two programs. */
export interface StandbyGuest extends Guest {
  /** Whether its memory is that of the base snapshot, byte by byte; takes milliseconds. */
  isWhole(): boolean
}

/** Makes the guests of a thread. */
export interface GuestMaker {
  create(): Promise<StandbyGuest>
  /** Checks the thread's copy of the base snapshot. @throws {Error} when it has changed */
  requireWhole(): void
}

/** An engine, as those see it who run programs on it. */
export interface Engine {
  readonly languages: readonly Language[]
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
  storedFile(): string | undefined
  tagsOf(baseSnapshot: BaseSnapshot): RuntimeTags
}

const quickjs: Engine = {
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
    return { baseSnapshot, storedFile, tagsOf }
  },
  openGuests: async base => {
    const [{ QuickJSGuest }, { requireWhole }] = await Promise.all([
      import('./quickjs/quickjs.ts'),
      import('./memory-hash.ts'),
    ])
    const baseSnapshot = base as QuickJSBaseSnapshot
    return {
      create: () => QuickJSGuest.create(baseSnapshot),
      requireWhole: () => requireWhole(baseSnapshot),
    }
  },
}

/** The engines, by name. */
export const engines = { quickjs } as const satisfies Readonly<Record<string, Engine>>
/** The name of an engine. */
export type EngineName = keyof typeof engines
