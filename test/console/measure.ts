/**
 * Measures the console in Chromium: the first paint of the list over 20 loads, the frames of a scroll
 * through 1 000 calls, and the memory of a tab that stays open while much happens.
 *
 *     node test/console/measure.ts --executions 10000 --events 3000
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright-core'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { CHROMIUM_FLAGS } from '../support/chromium.ts'
import { debianTool } from '../support/debian-tool.ts'

const { values } = parseArgs({
  options: {
    executions: { type: 'string', default: '10000' },
    events: { type: 'string', default: '3000' },
  },
})
const count = Number(values.executions)
const events = Number(values.events)
const LOADS = 20
/** Requests at the same time: enough that workers and disk are busy. */
const LANES = 24
const CALLS = 1000

const folder = mkdtempSync(join(tmpdir(), 'latchd-console-'))
const env = {
  LATCHD_PORT: '0',
  LATCHD_WORKERS: '2',
  LATCHD_LOG_LEVEL: 'silent',
  LATCHD_STATE_DIR: join(folder, 'state'),
  LATCHD_TOOLS: join(import.meta.dirname, '../fixtures/console-tools.ts'),
}
const daemon = await startDaemon(
  loadConfig({ flags: {}, env, readFile: () => undefined, cwd: folder }),
)
const { url } = daemon

async function run(source: string, body: object = {}): Promise<string> {
  const response = await fetch(`${url}/v1/execute`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source, durable: true, ...body }),
  })
  const { executionId } = (await response.json()) as { executionId: string }
  return executionId
}

/** Runs many programs, some of which fail. */
async function fill(programs: number): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < programs) {
      const n = next++
      await run(n % 7 === 0 ? `nothing_${n}()` : `console.log('run', ${n})\nnumber(${n})`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number

async function firstPaint(page: Page): Promise<readonly number[]> {
  const paints: number[] = []
  // The first one fills the browser's cache.
  for (let load = 0; load <= LOADS; load++) {
    await page.goto(`${url}/`)
    const ms = await page.evaluate(
      () =>
        new Promise<number>(resolve =>
          new PerformanceObserver(list => {
            const paint = list.getEntriesByName('first-contentful-paint')[0]
            if (paint !== undefined) resolve(paint.startTime)
          }).observe({ type: 'paint', buffered: true }),
        ),
    )
    if (load > 0) paints.push(ms)
  }
  return paints
}

/** Frames per second while the calls are scrolled through, and the longest pause between two. */
async function scroll(page: Page): Promise<{ fps: number; longestMs: number }> {
  const id = await run(`for (let n = 0; n < ${CALLS}; n++) number(n)`, {
    limits: { maxCalls: CALLS },
  })
  await page.goto(`${url}/console/executions/${id}`)
  return await page.evaluate(async () => {
    const box = document.querySelector('.tall') as HTMLElement
    const step = box.scrollHeight / 180
    const frames: number[] = []
    await new Promise<void>(resolve => {
      const frame = (at: number) => {
        frames.push(at)
        box.scrollTop += step
        if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) resolve()
        else requestAnimationFrame(frame)
      }
      requestAnimationFrame(frame)
    })
    const gaps = frames.slice(1).map((at, i) => at - (frames[i] as number))
    const ms = gaps.reduce((sum, gap) => sum + gap, 0)
    return { fps: (1000 * gaps.length) / ms, longestMs: Math.max(...gaps) }
  })
}

/** The memory of scripts and the elements of a tab before and after many executions. */
async function staysOpen(page: Page) {
  await page.goto(`${url}/`)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const read = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (name: string) => metrics.find(metric => metric.name === name)?.value ?? 0
    return { heapKiB: Math.round(of('JSHeapUsedSize') / 1024), nodes: of('Nodes') }
  }
  await fill(events / 10)
  const before = await read()
  await fill(events)
  // The last renewal.
  await page.waitForFunction(
    id => document.querySelector(`[data-key="${id}"]`) !== null,
    await run('1'),
  )
  return { before, after: await read() }
}

const browser = await chromium.launch({
  executablePath: debianTool('chromium', 'chromium'),
  args: CHROMIUM_FLAGS,
})
try {
  const filledFrom = performance.now()
  await fill(count)
  const [cpu] = cpus()
  console.log(`${cpu?.model}, ${cpus().length} cores, Node ${process.versions.node}`)
  console.log(`${count} executions in ${Math.round(performance.now() - filledFrom)} ms`)
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const paints = await firstPaint(page)
  const [least, most] = [Math.min(...paints), Math.max(...paints)].map(Math.round)
  console.log(`first paint: ${Math.round(median(paints))} ms (${least} to ${most}, ${LOADS} loads)`)
  const { fps, longestMs } = await scroll(page)
  console.log(
    `scroll of ${CALLS} calls: ${fps.toFixed(1)} frames/s, longest ${longestMs.toFixed(0)} ms`,
  )
  const { before, after } = await staysOpen(page)
  console.log(
    `tab over ${events} executions: ${JSON.stringify(before)} to ${JSON.stringify(after)}`,
  )
} finally {
  await browser.close()
  await daemon.close()
  rmSync(folder, { recursive: true })
}
