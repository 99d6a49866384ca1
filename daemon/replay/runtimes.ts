/** The runtimes of this daemon: what snapshots of sessions and replays depend on, for each engine. */

import {
  type EngineName,
  engineOf,
  engineOfTag,
  type RuntimeTags,
} from '../../executor/engine/engine.ts'
import { optionalRuntimes } from '../../executor/engine/optional-runtimes.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import type { ClaimedExecution } from '../store/store.ts'
import { languageOf } from './stored-plan.ts'

/** The tags of the engines; those of an optional one are read when they are first wanted. */
export class Runtimes {
  /** The tags of the engine that is always there. */
  readonly main: RuntimeTags

  constructor(main: RuntimeTags) {
    this.main = main
  }

  /** @throws {LatchdError} `INVALID_REQUEST` for a language whose package is not installed */
  of(language: Language): RuntimeTags {
    return this.#ofEngine(engineOf(language))
  }

  /** The tags of what would have to run an execution. @throws as {@link Runtimes.of} */
  for(claimed: ClaimedExecution): RuntimeTags {
    return this.of(languageOf(claimed))
  }

  /** The tags of the engine that has made a session's state. @throws as {@link Runtimes.of} */
  like(tag: string): RuntimeTags {
    return this.#ofEngine(engineOfTag(tag))
  }

  /** Whether a state was made by the engine that is always there. */
  isMain(tag: string): boolean {
    return optionalRuntimes[engineOfTag(tag)] === undefined
  }

  #ofEngine(engine: EngineName): RuntimeTags {
    return optionalRuntimes[engine]?.() ?? this.main
  }
}
