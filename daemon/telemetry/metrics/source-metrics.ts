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

/** The sources that are measured; each scrape reads them. */
export interface SourceFacts {
  readonly servers: readonly ServerFacts[]
  readonly documents: readonly DocumentFacts[]
}

/**
 * Metrics of servers and documents. Each kind is there from the first scrape that finds one of it,
 * since a reload may bring it.
 */
export class SourceMetrics {
  #registers: Registry[]
  #facts: SourceFacts
  #hasServers = false
  #hasDocuments = false

  constructor(registers: Registry[], facts: SourceFacts) {
    this.#registers = registers
    this.#facts = facts
  }

  /** Called before each scrape. */
  update(): void {
    if (!this.#hasServers && this.#facts.servers.length > 0) {
      this.#hasServers = true
      this.#addServers()
    }
    if (!this.#hasDocuments && this.#facts.documents.length > 0) {
      this.#hasDocuments = true
      this.#addDocuments()
    }
  }

  #addServers(): void {
    const gauge = gaugesOf('server', this.#registers, () => this.#facts.servers)
    gauge('latchd_mcp_server_up', '1 when the MCP server is connected, else 0.', ({ state }) =>
      state === 'connected' ? 1 : 0,
    )
    gauge(
      'latchd_mcp_server_tools',
      'Tools of the MCP server that programs have.',
      facts => facts.tools,
    )
    gauge(
      'latchd_mcp_server_reconnects',
      'How often the MCP server was connected to again since the start.',
      facts => facts.reconnects,
    )
  }

  #addDocuments(): void {
    const gauge = gaugesOf('document', this.#registers, () => this.#facts.documents)
    gauge('latchd_openapi_up', '1 when the OpenAPI document is loaded, else 0.', ({ state }) =>
      state === 'loaded' ? 1 : 0,
    )
    gauge(
      'latchd_openapi_tools',
      'Operations of the OpenAPI document that programs have.',
      facts => facts.tools,
    )
    gauge(
      'latchd_openapi_left_out',
      'Operations of the OpenAPI document that could not be taken.',
      facts => facts.leftOut,
    )
  }
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
        // A source that is not configured any more has no value.
        this.reset()
        for (const facts of read()) this.set({ [label]: facts.name }, value(facts))
      },
    })
}
