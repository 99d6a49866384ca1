/** Metrics of the servers whose tools programs call. */

import { Gauge, type Registry } from 'prom-client'

/** The facts of a server that are measured. */
export interface ServerFacts {
  readonly name: string
  readonly state: string
  readonly tools: number
  readonly reconnects: number
}

/** Adds the metrics of servers; each scrape reads them. */
export function addServerMetrics(registers: Registry[], read: () => readonly ServerFacts[]): void {
  const gauge = (name: string, help: string, value: (facts: ServerFacts) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['server'],
      registers,
      collect() {
        for (const facts of read()) this.set({ server: facts.name }, value(facts))
      },
    })
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
