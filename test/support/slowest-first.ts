/** The order of the test files, in which no long one is left alone at the end. */

/** The files that take longest, the longest first: some seconds each. */
export const longest = [
  'test/package.test.ts',
  'test/spec/hostile-programs.test.ts',
  'test/spec/worker-loss.test.ts',
  'test/spec/isolation.test.ts',
  'test/spec/drill.test.ts',
  'test/spec/cli.test.ts',
  'test/spec/store.test.ts',
  'test/spec/allow.test.ts',
  'test/spec/parking.test.ts',
  'test/spec/replay.test.ts',
  'test/spec/host-costs.test.ts',
  'test/escape/inner-line.test.ts',
  'test/spec/examples.test.ts',
  'test/spec/foreign-schemas.test.ts',
  'test/spec/docs.test.ts',
  'test/spec/session-names.test.ts',
  'test/spec/many-executions.test.ts',
  'test/spec/recovery.test.ts',
  'test/spec/tool-results.test.ts',
  'test/escape/held-worker.test.ts',
  'test/spec/sessions.test.ts',
  'test/escape/forged-messages.test.ts',
  'test/spec/time-zone.test.ts',
  'test/spec/approvals-under-pressure.test.ts',
  'test/spec/client-tools-away.test.ts',
  'test/spec/durable.test.ts',
  'test/spec/program-manners.test.ts',
  'test/spec/agent-command.test.ts',
  'test/unit/compile/hostile.test.ts',
  'test/spec/call-limits.test.ts',
  'test/spec/webhooks.test.ts',
  'test/spec/install.test.ts',
  'test/spec/list-pages.test.ts',
  'test/spec/origin.test.ts',
  'test/spec/failing-store.test.ts',
  'test/spec/public-surface.test.ts',
]

/** Gives the files that take long first, then the others as they come. */
export function slowestFirst(files: readonly string[]): string[] {
  const among = new Set(files)
  const first = longest.filter(file => among.has(file))
  return [...first, ...files.filter(file => !first.includes(file))]
}
