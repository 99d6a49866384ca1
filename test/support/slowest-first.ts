/** The order of the test files, in which no long one is left alone at the end. */

/** The files that take longest, the longest first: some seconds each. */
export const longest = [
  'test/spec/store.test.ts',
  'test/package.test.ts',
  'test/spec/worker-loss.test.ts',
  'test/spec/hostile-programs.test.ts',
  'test/spec/host-costs.test.ts',
  'test/spec/drill.test.ts',
  'test/spec/recovery.test.ts',
  'test/spec/isolation.test.ts',
  'test/spec/cli.test.ts',
  'test/spec/replay.test.ts',
  'test/spec/durable.test.ts',
  'test/spec/webhooks.test.ts',
  'test/spec/foreign-schemas.test.ts',
  'test/unit/compile/hostile.test.ts',
  'test/spec/client-tools-away.test.ts',
  'test/spec/parking.test.ts',
  'test/spec/systemd.test.ts',
  'test/spec/examples.test.ts',
  'test/spec/http-api.test.ts',
  'test/escape/held-worker.test.ts',
  'test/spec/time-zone.test.ts',
  'test/escape/forged-messages.test.ts',
  'test/spec/event-streams.test.ts',
  'test/spec/docs.test.ts',
  'test/spec/operator-commands.test.ts',
  'test/spec/list-pages.test.ts',
  'test/spec/allow.test.ts',
  'test/spec/retention.test.ts',
  'test/spec/origin.test.ts',
  'test/spec/cancel.test.ts',
  'test/spec/api-fuzz.test.ts',
  'test/spec/sessions.test.ts',
  'test/spec/program-manners.test.ts',
  'test/spec/session-upgrade.test.ts',
  'test/spec/api-wire.test.ts',
  'test/spec/tool-results.test.ts',
]

/** Gives the files that take long first, then the others as they come. */
export function slowestFirst(files: readonly string[]): string[] {
  const among = new Set(files)
  const first = longest.filter(file => among.has(file))
  return [...first, ...files.filter(file => !first.includes(file))]
}
