/** An agent whose tool is another agent, in the waterfall of one execution, as it goes. */

import type { Page } from 'playwright-core'
import t from 'tap'
import { z } from 'zod'
import { CodeAgent } from '../../sdk/agents/index.ts'
import { Latchd, tool } from '../../sdk/index.ts'
import { isAccessible } from '../support/accessible.ts'
import { signedInPage, startChromium } from '../support/chromium.ts'
import { programs as program, scriptedModel } from '../support/model-server.ts'
import { picture } from '../support/picture.ts'
import { secretOf, tokenDaemon } from '../support/token-daemon.ts'

const { url } = await tokenDaemon(t, [{ name: 'ann' }])
const latchd = new Latchd({ url, token: secretOf('ann') })
t.teardown(() => latchd.close())
const browser = await startChromium(t)
const { page, faults } = await signedInPage(browser, url, secretOf('ann'))

/** The rows of the waterfall: how deep each is, what it shows, and its status. */
const rowsOf = (page: Page) =>
  page
    .locator('[data-region="calls"] > tr')
    .evaluateAll(rows =>
      rows.map(row => [
        (row as HTMLElement).dataset.depth ?? '0',
        row.querySelector('.tool code')?.textContent,
        row.querySelector('.status')?.textContent,
      ]),
    )

/** Where the bar of each row begins and ends, on the axis of all. */
const barsOf = (page: Page) =>
  page.locator('.waterfall rect.bar').evaluateAll(bars =>
    bars.map(bar => {
      const x = Number(bar.getAttribute('x'))
      return { from: x, to: x + Number(bar.getAttribute('width')) }
    }),
  )

t.test('the calls of an agent within an agent come beneath the call, without a reload', async t => {
  const model = Promise.withResolvers<void>()
  const looked = Promise.withResolvers<string>()
  const look_up = tool({
    name: 'look_up',
    description: 'Looks a word up.',
    inputSchema: z.object({ word: z.string() }),
    execute: () => looked.promise,
  })
  const inner = await scriptedModel(t, async () => {
    await model.promise
    return program("const found = look_up('latch')\nfinal_answer(found)")
  })
  const researcher = new CodeAgent({
    ...{ ...inner, name: 'researcher', description: 'Researches.' },
    ...{ tools: [look_up], executor: latchd },
  })
  const outer = await scriptedModel(t, [program("final_answer(researcher('What is a latch?'))")])
  const agent = new CodeAgent({ ...outer, tools: [researcher], executor: latchd })

  const begun = Promise.withResolvers<string>()
  const answer = (async () => {
    for await (const event of agent.stream('Find out')) {
      if (event.type === 'execution-event' && event.event.type === 'call-started') {
        begun.resolve(event.event.executionId)
      }
      if (event.type === 'final-answer') return event.output
    }
    return undefined
  })()
  const executionId = await begun.promise
  await page.goto(`${url}/console/executions/${executionId}`)
  await page.locator('[data-region="calls"] > tr').waitFor()
  t.strictSame(await rowsOf(page), [['0', 'researcher', 'pending']])
  await page.evaluate('globalThis.isSamePage = true')

  model.resolve()
  await page.locator('[data-depth="1"] .status.pending').waitFor()
  t.match(await rowsOf(page), [
    // Its guest is parked when another program has waited for the worker.
    ['0', 'researcher', /^(?:pending|waiting)$/],
    ['1', "const found = look_up('latch')", 'running'],
    ['1', 'look_up', 'pending'],
  ])
  await isAccessible(t, page, 'an execution with another one beneath')

  looked.resolve('what a thread waits on')
  t.equal(await answer, 'what a thread waits on')
  await page.locator('.output', { hasText: 'what a thread waits on' }).waitFor()
  t.strictSame(await rowsOf(page), [
    ['0', 'researcher', 'completed'],
    ['1', "const found = look_up('latch')", 'completed'],
    ['1', 'look_up', 'completed'],
  ])
  t.equal(await page.evaluate('globalThis.isSamePage'), true)
  await page.emulateMedia({ colorScheme: 'light' })
  await picture(page, 'nested', 640)
  const [call, execution, nested] = await barsOf(page)
  for (const [bar, around] of [
    [execution, call],
    [nested, execution],
  ]) {
    t.ok(bar && around && bar.from >= around.from && bar.to <= around.to + 1, 'one axis')
  }

  await page.locator('tr.nested a').click()
  await page.locator('h1', { hasText: 'look_up' }).waitFor()
  await page.getByRole('link', { name: 'a call', exact: true }).click()
  await page.waitForURL(new RegExp(`${executionId}#call_`))
  t.strictSame(faults, [])
})
