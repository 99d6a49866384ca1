/** The routes of the web server. */

import { Hono } from 'hono'
import type { Approach } from './approaches.ts'

/** What each route of the server runs. */
export type Routes = Readonly<Record<string, Approach>>

export function webApp(routes: Routes): Hono {
  const app = new Hono()
  const shown = Object.entries(routes).map(([path, { name }]) => ({
    route: `POST ${path}`,
    approach: name,
  }))
  app.get('/', c => c.json({ message: 'POST {"task": "…"} to run an agent', routes: shown }))
  for (const [path, approach] of Object.entries(routes)) {
    app.post(path, async c => {
      const task = taskOf(await c.req.text())
      if (task === undefined) {
        return c.json({ error: 'Cannot run an agent: {"task": "…"}, a text, is expected' }, 400)
      }
      try {
        const result = await approach.run(task, c.req.raw.signal)
        return c.json({ result, approach: approach.name })
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        return c.json({ error: `Agent failed: ${message}` }, 500)
      }
    })
  }
  return app
}

/** The task that a body asks for; `undefined` when there is none. */
function taskOf(body: string): string | undefined {
  try {
    const { task } = JSON.parse(body) ?? {}
    return typeof task === 'string' && task.trim() !== '' ? task : undefined
  } catch {
    // A body that is not JSON has no task either.
    return undefined
  }
}
