/** Python in a daemon, as it is published: its first answer, and the programs of a session. */

import { Latchd } from '../../../sdk/index.ts'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { buildPublished } from '../published.ts'
import { type Answer, type Effort, type Question, rowOf } from '../question.ts'
import { takeInTurns, timed } from '../rounds.ts'
import { p50, sorted } from '../samples.ts'

export const pythonDaemon: Question = { title: 'Python in a daemon', ask }

const STARTS = 5
const WORKERS = 4
/** The first answer of Python may take so long, of a daemon that has run other programs. */
const FIRST_MS = 500
/** A program of a Python session takes so many times what one of a JavaScript session takes, at most. */
const SESSION_FACTOR = 2

async function ask(effort: Effort): Promise<Answer> {
  const missing = buildPublished()
  if (missing !== undefined) throw new Error(missing)
  const firsts: number[] = []
  for (let start = 1; start < effort.count(STARTS); start++) {
    await inDaemon(async latchd => firsts.push(await firstAnswer(latchd)))
  }
  return await inDaemon(async latchd => {
    firsts.push(await firstAnswer(latchd))
    const [python, script] = await Promise.all([latchd.sessions.create(), latchd.sessions.create()])
    await python.execute({ source: 'n = 0', language: 'python' })
    await script.execute({ source: 'let n = 0' })
    const [ofPython, ofScript] = await takeInTurns(
      [
        timed(() => python.executeOrThrow({ source: 'n += 1\nn', language: 'python' })),
        timed(() => script.executeOrThrow({ source: 'n += 1; n' })),
      ],
      effort.count(200),
    )
    const rows = [
      rowOf('the first answer of Python, of a warm daemon', 'ms', { samples: sorted(firsts) }),
      rowOf('a program of a Python session', 'ms', ofPython),
      rowOf('a program of a JavaScript session', 'ms', ofScript),
    ]
    const [first = Number.NaN, program = Number.NaN, other = Number.NaN] = rows.map(row =>
      p50(row.samples),
    )
    const atMost = { unit: 'ms', sense: 'at most' } as const
    return {
      rows,
      targets: [
        { what: 'the first answer of Python', value: first, bound: FIRST_MS, ...atMost },
        {
          what: `a program of a Python session against ${SESSION_FACTOR} of a JavaScript session`,
          value: program,
          bound: SESSION_FACTOR * other,
          ...atMost,
        },
      ],
    }
  })
}

/** Milliseconds of the first Python program, after one of JavaScript. */
async function firstAnswer(latchd: Latchd): Promise<number> {
  await latchd.executeOrThrow({ source: '1' })
  return await timed(() => latchd.executeOrThrow({ source: '1', language: 'python' }))()
}

async function inDaemon<T>(use: (latchd: Latchd) => Promise<T>): Promise<T> {
  const daemon = await startDaemonProcess(scripts.published, { workers: WORKERS })
  const latchd = new Latchd({ url: daemon.url })
  try {
    return await use(latchd)
  } finally {
    await latchd.close()
    await daemon.stop()
  }
}
