/** Metrics of the servers and documents whose tools programs call. */

import { Gauge, type Registry } from 'prom-client'

/** The facts of a server of the Model Context Protocol that are measured. */
export interface ServerFacts {
  readonly name: string
  readonly state: string
  readonly tools: number
  readonly reconnects: number
}

/** The facts of a document of OpenAPI that are measured. */
export interface DocumentFacts {
  readonly name: string
  readonly state: string
  readonly tools: number
  readonly leftOut: number
}

/** What is measured: read by each scrape. */
export interface SourceFacts {
  readonly servers: readonly ServerFacts[]
  readonly documents: readonly DocumentFacts[]
}

/** Adds the metrics of servers and documents. */
export function addSourceMetrics(registers: Registry[], facts: SourceFacts): void {
  const ofServers = gaugesOf('server', registers, () => facts.servers)
  ofServers('latchd_mcp_server_up', '1 when the MCP server is connected, else 0.', ({ state }) =>
    state === 'connected' ? 1 : 0,
  )
  ofServers(
    'latchd_mcp_server_tools',
    'Tools of the MCP server that programs have.',
    ({ tools }) => tools,
  )
  ofServers(
    'latchd_mcp_server_reconnects',
    'How often the MCP server was connected to again since the start.',
    ({ reconnects }) => reconnects,
  )
  const ofDocuments = gaugesOf('document', registers, () => facts.documents)
  ofDocuments('latchd_openapi_up', '1 when the OpenAPI document is loaded, else 0.', ({ state }) =>
    state === 'loaded' ? 1 : 0,
  )
  ofDocuments(
    'latchd_openapi_tools',
    'Operations of the OpenAPI document that programs have.',
    ({ tools }) => tools,
  )
  ofDocuments(
    'latchd_openapi_left_out',
    'Operations of the OpenAPI document that could not be taken.',
    ({ leftOut }) => leftOut,
  )
}

function gaugesOf<Facts extends { readonly name: string }>(
  label: string,
  registers: Registry[],
  read: () => readonly Facts[],
) {
  return (name: string, help: string, value: (facts: Facts) => number) =>
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        // What is not configured any more has no value.
        this.reset()
        for (const facts of read()) this.set({ [label]: facts.name }, value(facts))
      },
    })
}
