/** The OpenAPI document: fit for generators of clients, as a linter judges it. */

import { createConfig, lintFromString } from '@redocly/openapi-core'
import t from 'tap'
import { testDaemon } from '../support/daemon.ts'

t.test('the linter of Redocly finds nothing in the document', async t => {
  const { url } = await testDaemon(t)
  const source = await (await fetch(`${url}/openapi.json`)).text()
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      // A daemon is where its operator has put it, and its license is in its package.
      'no-empty-servers': 'off',
      'info-license': 'off',
      // Health and the document itself refuse nobody; a WebSocket answers 101.
      'operation-4xx-response': 'off',
      'operation-2xx-response': 'off',
      'operation-operationId': 'error',
      'operation-operationId-unique': 'error',
      'operation-operationId-url-safe': 'error',
    },
  })
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  t.strictSame(
    problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
    [],
  )
})
