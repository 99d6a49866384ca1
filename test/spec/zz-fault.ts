import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/server.ts'
import { Latchd } from '../../sdk/index.ts'
import { mkdtempSync } from 'node:fs'
import { faultProxy } from '../support/fault-proxy.ts'
const config = loadConfig({ flags: {}, env: { LATCHD_PORT: '0', LATCHD_WORKERS: '2', LATCHD_LOG_LEVEL: 'info', LATCHD_STATE_DIR: mkdtempSync('/tmp/ct/s') }, readFile: () => undefined, cwd: '/' })
const daemon = await startDaemon(config)
const log: string[] = []
const faults = { drop: 0.01, lose: 0.01, double: 0.05, cut: 0.01, delay: 0.1, maxDelayMs: 20 }
const source = `let sum = 0
for (let n = 0; n < 20; n++) sum += work('one', n)
const many = await Promise.all(Array.from({ length: 60 }, (_, n) => work('many', n)))
const items = [...stream(10)]
;[sum, many.reduce((a, b) => a + b), items.join(), large().length]`
for (const seed of process.argv.slice(2).map(Number)) {
  log.length = 0
  const proxy = await faultProxy({ teardown() {} } as any, daemon.url, seed, faults)
  class WS extends WebSocket {
    constructor(u: string, p: string[]) { super(u, p); log.push('connect'); this.addEventListener('message', (e: any) => log.push('< ' + String(e.data).slice(0, 160))); this.addEventListener('close', (e: any) => log.push(`closed ${e.code} ${e.reason}`)) }
    override send(x: any) { log.push('> ' + x.slice(0, 160)); super.send(x) }
  }
  const latchd = new Latchd({ url: proxy.url, WebSocket: WS as any })
  const tools = { work: async (k: string, n: number) => { await new Promise(r => setImmediate(r)); return n }, stream: async function* (n: number) { for (let i = 0; i < n; i++) yield i }, large: () => 'x'.repeat(200000) }
  const t0 = performance.now()
  const timer = setTimeout(() => { console.log(log.slice(-60).join('\n')); console.log(proxy.counts); process.exit() }, 15000)
  const o = await latchd.execute({ source, tools, durable: true })
  clearTimeout(timer)
  console.log(seed, o.status, o.output, performance.now() - t0, JSON.stringify(proxy.counts))
  await latchd.close()
}
process.exit()
