/** The order of the test files, in which no long one is left alone at the end. */

/** The files that take longest, the longest first: five seconds and more on two cores of their own. */
export const longest = [
  'test/services/nodes.test.ts',
  'test/services/console-browser.test.ts',
  'test/services/postgres-drill.test.ts',
  'test/services/postgres-shared.test.ts',
  'test/spec/store.test.ts',
  'test/unit/compile/hostile.test.ts',
  'test/spec/drill.test.ts',
  'test/escape/forged-messages.test.ts',
  'test/spec/cli.test.ts',
  'test/spec/client-tools-away.test.ts',
  'test/python/calls.test.ts',
  'test/spec/nested-executions.test.ts',
  'test/spec/isolation.test.ts',
  'test/spec/durable.test.ts',
  'test/spec/examples.test.ts',
  'test/spec/recovery.test.ts',
  'test/spec/public-surface.test.ts',
  'test/python/durable.test.ts',
  'test/spec/mcp-servers.test.ts',
  'test/escape/sealed-realm.test.ts',
  'test/escape/realm.test.ts',
  'test/spec/worker-loss.test.ts',
  'test/spec/hostile-programs.test.ts',
  'test/spec/docs.test.ts',
  'test/spec/failing-store.test.ts',
  'test/unit/compile/line-starts.test.ts',
]

/** Gives the files that take long first, then the others as they come. */
export function slowestFirst(files: readonly string[]): string[] {
  const among = new Set(files)
  const first = longest.filter(file => among.has(file))
  return [...first, ...files.filter(file => !first.includes(file))]
}
