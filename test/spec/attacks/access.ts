/** Who must not do what: callers without a good token, without the scope, or without what is another's. */

/** Every route with the scope that it needs; `undefined`: none, and no token either. */
export const scopeOf: Readonly<Record<string, string | undefined>> = {
  'get /healthz': undefined,
  'get /readyz': undefined,
  'post /execute': 'execute',
  'post /v1/execute': 'execute',
  'post /v1/executions': 'execute',
  'get /v1/executions': 'read',
  'get /v1/executions/{id}': 'read',
  'delete /v1/executions/{id}': 'execute',
  'get /v1/executions/{id}/events': 'read',
  'post /v1/executions/{id}/cancel': 'execute',
  'post /v1/executions/{id}/retry': 'execute',
  'get /v1/executions/{id}/source': 'read',
  'post /v1/executions/{id}/replay': 'read',
  'get /v1/approvals': 'read',
  'get /v1/approvals/{id}': 'read',
  'post /v1/approvals/{id}': 'approve',
  'get /v1/sessions': 'read',
  'post /v1/sign-in-links': 'read',
  'post /v1/sessions': 'execute',
  'get /v1/sessions/{id}': 'read',
  'delete /v1/sessions/{id}': 'execute',
  'post /v1/files': 'execute',
  'get /v1/files/{id}': 'read',
  'delete /v1/files/{id}': 'execute',
  'post /v1/files/{id}/link': 'read',
  'get /v1/events': 'read',
  'get /v1/tools': 'read',
  'get /v1/connect': 'execute',
  'post /v1/calls/{callId}/settle': 'execute',
  'get /v1/info': 'any',
  'get /v1/nodes': 'read',
  'get /metrics': 'read',
}

export const allScopes = ['execute', 'approve', 'read', 'admin']

/** Whether a scope lets its token call a route. */
export const opens = (scope: string, needed: string) =>
  needed === 'any' || scope === needed || scope === 'admin'

/** Headers of callers that are nobody. */
export const badTokens: readonly Record<string, string>[] = [
  {},
  { authorization: 'Bearer wrong' },
  { authorization: 'Basic YTpi' },
]

/** Each route with each token that does not open it. */
export const refusedCalls: readonly (readonly [route: string, scope: string])[] = Object.entries(
  scopeOf,
).flatMap(([route, needed]) =>
  needed === undefined
    ? []
    : [
        ...badTokens.map(() => [route, 'none'] as const),
        ...allScopes.filter(scope => !opens(scope, needed)).map(scope => [route, scope] as const),
      ],
)

/** What belongs to one token. */
export interface Belongings {
  readonly executions: readonly string[]
  readonly session: string
  readonly approvalId: string
}

/** Every request by which another token would see or change it. */
export function requestsForOthers({
  executions,
  session,
  approvalId,
}: Belongings): readonly (readonly [method: string, path: string, body?: unknown])[] {
  return [
    ...executions.flatMap(
      one =>
        [
          ['GET', `/v1/executions/${one}`],
          ['GET', `/v1/executions/${one}?waitMs=10`],
          ['GET', `/v1/executions/${one}/events`],
          ['POST', `/v1/executions/${one}/cancel`],
          ['POST', `/v1/executions/${one}/retry`],
          ['POST', `/v1/executions/${one}/replay`, {}],
          ['DELETE', `/v1/executions/${one}`],
        ] as const,
    ),
    ['GET', `/v1/sessions/${session}`],
    ['DELETE', `/v1/sessions/${session}`],
    ['POST', '/v1/execute', { source: '1', sessionId: session }],
    ['POST', '/v1/executions', { source: '1', sessionId: session }],
    ['GET', `/v1/approvals/${approvalId}`],
    ['POST', `/v1/approvals/${approvalId}`, { decision: 'approve' }],
  ]
}

/** The digest of the secret `foo`, as a token keeps it. */
export const digestOfFoo = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'

/** Secrets that are not `foo`, among them what somebody has who has read the digest. */
export const wrongSecrets = ['bar', digestOfFoo, `sha256:${digestOfFoo}`, '', 'foo foo']
