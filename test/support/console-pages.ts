/** The pages of the console, for tests that go through all of them. */

/**
 * The paths of the pages of a daemon with the tools of `fixtures/console-tools.ts`.
 *
 * @param executionIds of which each has a page; the first has a time travel too
 */
export function consolePages(executionIds: readonly string[], sessionId: string): string[] {
  const own = executionIds.map(id => `/console/executions/${id}`)
  return [
    '/',
    ...own,
    `${own[0]}/replay`,
    '/console/approvals',
    '/console/playground',
    '/console/tools',
    '/console/tools/tool?name=delete_account',
    '/console/sessions',
    `/console/sessions/${sessionId}`,
    '/console/metrics',
  ]
}
