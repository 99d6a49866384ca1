/**
 * The files that a start of the daemon reads. By itself the bundler makes a file of each set of modules
 * that some import wants together: a start read 150, and an eighth of its time went into finding, reading
 * and linking them. (The twenty of a worker's thread cost nothing that could be measured.)
 *
 * A group is the modules named here and what they import. What an earlier group has is not in a later one.
 * A module with an `await` at its top must not wait for a module that imports something of its own group:
 * neither would ever be ready.
 */

import type { CodeSplittingGroup } from 'rolldown'

const groups: Readonly<Record<string, RegExp>> = {
  schemas: /\/protocol\/json-schema\/validator\.ts$/,
  // What each command needs to read its line.
  command: /\/daemon\/cli\/program\.ts$/,
  // What commands need that ask a daemon, MCP hosts' too.
  client:
    /\/sdk\/index\.ts$|\/(in-turns|tool-index)\.ts$|\/zod\/v4\/classic\/(coerce|compat|iso)\.js$/,
  // What both the daemon and `latchd run` need.
  pool: /\/executor\/(pool\/(engine-pools|worker-pool)|engine\/quickjs\/(base-snapshot|runtime-tag))\.ts$/,
  tools:
    /\/executor\/tools\/(toolbox|builtin\/builtin-tools)\.ts$|\/protocol\/base\/(within|long-timeout)\.ts$/,
  // What commands need that open a store. `latchd run` has none, and reads the events in the same way.
  events: /\/executor\/record\/fold-execution\.ts$/,
  store: /\/daemon\/store\/(sqlite\/(open|upkeep)|rules\/[^/]+)\.ts$/,
  // What is done before the API is loaded, which blocks: see ADR 36.
  start: /\/daemon\/(start-daemon|log\/log)\.ts$/,
  embedded: /\/executor\/embedded\/create-executor\.ts$/,
  api: /\/daemon\/daemon\.ts$/,
}

/** The groups, for the bundle of the daemon. */
export const startFiles: CodeSplittingGroup[] = Object.entries(groups).map(
  ([name, test], index, { length }) => ({ name, test, priority: length - index }),
)
