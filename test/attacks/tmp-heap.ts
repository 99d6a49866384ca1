import { readFileSync } from 'node:fs'
import { scripts, startDaemonProcess } from '../bench/daemon-process.ts'
import { sizeOf } from '../soak/daemon-size.ts'
import { costlyRequests } from '../support/costly-requests.ts'
import { costlyCaller, timedPrograms, p99 } from '../support/neighbour.ts'
import { mallocEnvironment } from '../support/unit-environment.ts'
const d = await startDaemonProcess(scripts.development, { env: { ...mallocEnvironment(), LATCHD_TOKENS: 'alice:alice-secret,bob:bob-secret', NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=/tmp/hs2' }, logLevel: 'silent' })
const c = (n: string) => ({ url: d.url, headers: { authorization: `Bearer ${n}-secret` } })
await timedPrograms(c('bob'), 2000)
const mb = () => Math.round(sizeOf(d.pid).residentMB)
const smaps = (tag: string) => {
  let head = ''; let size = 0
  const sums: Record<string, number> = {}; const big: string[] = []
  for (const l of readFileSync(`/proc/${d.pid}/smaps`, 'utf8').split('\n')) {
    const m = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(l)
    if (m) { size = (parseInt(m[2]!, 16) - parseInt(m[1]!, 16)) / 1048576; const name = m[4] || 'anon'; head = name !== 'anon' ? name.split('/').pop()! : `anon ${m[3]} ` + (size > 16 ? '>16M' : size > 1 ? '>1M' : size > 0.2 ? '256K' : 'small') }
    else if (l.startsWith('Rss:')) { const kb = Number(l.split(/\s+/)[1]); sums[head] = (sums[head] ?? 0) + kb / 1024; if (size > 8 && kb > 4000) big.push(`${size.toFixed(0)}:${(kb/1024).toFixed(0)}`) }
  }
  console.log(tag, mb(), Object.entries(sums).sort((a, b) => b[1] - a[1]).slice(0, 6).map(([k, v]) => `${k}=${v.toFixed(0)}`).join(' | '), 'big', big.join(' '))
}
smaps('base')
await fetch(d.url+'/metrics',{headers:c('alice').headers});
const costly = costlyCaller(c('alice'), costlyRequests['arguments of a thousand approvals']!)
const times = await timedPrograms(c('bob'), 5000)
console.log('p99', p99(times).toFixed(0), times.length, times.sort((a,b)=>b-a).slice(0,8).map(x=>x.toFixed(0)).join(' '))
smaps('under')
const m=await (await fetch(d.url+'/metrics',{headers:c('alice').headers})).text(); console.log(m.split('\n').filter(l=>/lag|eventloop/.test(l)&&!l.startsWith('#')).join('\n'))
const s = await costly.stop()
smaps('stopped')
for (let i = 0; i < 2; i++) { await new Promise(r => setTimeout(r, 10000)); smaps('after') }
process.kill(d.pid, 'SIGUSR2')
await new Promise(r => setTimeout(r, 15000)); smaps('snap')
await d.stop()
