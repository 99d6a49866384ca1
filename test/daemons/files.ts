/**
 * The test files that pass against three daemons behind a balancer as they pass against one.
 *
 * Left out, of what is about these subjects:
 *
 * - `long-journal`, `many-executions`, `evict`: the memory of one process is measured;
 * - `retention`, `recovery`, `store-*`: they open the file of one daemon beside it;
 * - `mcp-host`: hosts of the revisions before 2026 have a session with one daemon, which a balancer has
 *   to keep to it by `Mcp-Session-Id`;
 * - `files-daemon`, `files`: contents of files have tests of their own over several daemons;
 * - `lifecycle`, `isolation`, `metrics`, `console*`, `tracing`, `proxy`: about one process;
 * - `drill`, `worker-loss`: they kill the process that they have started.
 */

/** Files about executions, approvals, sessions, streams and client tools, by subject. */
export const files = [
  'test/python/stored-sessions.test.ts',
  'test/spec/approvals.test.ts',
  'test/spec/approvals-under-pressure.test.ts',
  'test/spec/call-limits.test.ts',
  'test/spec/cancel.test.ts',
  'test/spec/client-tools.test.ts',
  'test/spec/client-tools-away.test.ts',
  'test/spec/client-tools-faults.test.ts',
  'test/spec/client-tools-interop.test.ts',
  'test/spec/code-tool.test.ts',
  'test/spec/durable.test.ts',
  'test/spec/event-streams.test.ts',
  'test/spec/http-api.test.ts',
  'test/spec/list-pages.test.ts',
  'test/spec/parking.test.ts',
  'test/spec/seeing.test.ts',
  'test/spec/session-names.test.ts',
  'test/spec/session-size.test.ts',
  'test/spec/sessions.test.ts',
  'test/spec/time-zone.test.ts',
  'test/spec/tool-results.test.ts',
  'test/spec/transparent-calls-http.test.ts',
  'test/spec/typecheck.test.ts',
  'test/spec/wait.test.ts',
] as const
