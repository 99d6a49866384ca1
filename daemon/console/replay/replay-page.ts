/** Time travel: an execution at each of its calls. */

import { html } from 'hono/html'
import type { CallRecord, ExecutionSource, LogLine } from '../../../protocol/execution/execution.ts'
import type { Replay } from '../../../protocol/execution/replay.ts'
import { failure } from '../executions/execution-page.ts'
import { sourceView } from '../executions/source-view.ts'
import { type Html, nothing } from '../page.ts'
import { durationText, shownText } from '../texts.ts'
import { valueTree } from '../value-tree.ts'

/** A moment of an execution. */
export interface ReplayView {
  readonly executionId: string
  /** The calls of the whole execution, in their order. */
  readonly calls: readonly CallRecord[]
  /** Which of the calls it stands at, from 1; one more is the end. */
  readonly at: number
  readonly replay: Replay
  /** Absent when the page renews its regions. */
  readonly program: ExecutionSource | undefined
}

/** Log lines that are shown: the last ones. */
const MAX_LINES = 200

/** The page: a slider, the moment it stands at, and the source with the line. */
export function replayPage(view: ReplayView): Html {
  const { executionId, calls, at, program, replay } = view
  const path = `/console/executions/${executionId}`
  const line = replay.place?.line
  return html`<h1>Time travel</h1>
<p><a href="${path}">Back to the execution</a>. No tool is called: answers come from the journal.</p>
<form class="slider" method="get" action="${path}/replay"><label for="at">Call</label>
<input type="range" id="at" name="at" min="1" max="${calls.length + 1}" value="${at}">
<div class="actions"><button name="step" value="-1">Before</button><button>Show</button><button name="step" value="1">Next</button></div></form>
<div class="columns"><div data-region="moment" aria-live="polite">${moment(view)}</div>
<div>${program === undefined ? nothing : sourceView(program, line === undefined ? undefined : { line, kind: 'at' })}</div></div>`
}

function moment({ calls, at, replay }: ReplayView): Html {
  const next = calls[at - 1]
  const isEnd = at > calls.length
  const line = replay.place?.line
  return html`<p class="facts" data-line="${line ?? ''}" data-at="${at}"><strong>${
    isEnd ? 'The end' : `Call ${at} of ${calls.length}`
  }</strong>${line === undefined ? nothing : html`<span>line ${line}</span>`}</p>
${next === undefined ? nothing : nextCall(next)}
${variables(replay)}
${outcome(replay)}
<h2>Calls before it</h2>${before(replay.calls, next)}
<h2>Log so far</h2>${log(replay.logs)}`
}

function nextCall({ tool, inputText = '', callId, status }: CallRecord): Html {
  return html`<h2>Next: <code>${shownText(tool)}</code></h2><p class="facts"><span class="id">${callId}</span>
<span>became <span class="status ${status}">${status}</span></span></p><pre tabindex="0">${shownText(inputText)}</pre>`
}

function variables({ variables: found = [] }: Replay): Html {
  if (found.length === 0) return nothing
  return html`<h2>Variables</h2><dl class="variables">${found.map(
    ({ name, text }) =>
      html`<dt><code>${shownText(name)}</code></dt><dd>${
        text === undefined
          ? html`<span class="beside">no value yet</span>`
          : html`<pre>${shownText(text)}</pre>`
      }</dd>`,
  )}</dl>`
}

function outcome(replay: Replay): Html {
  switch (replay.result) {
    case 'halted':
      return nothing
    case 'same':
      return replay.reached === 'waiting'
        ? html`<p>It waits here.</p>`
        : html`<p>It ${replay.reached}, as it did before.</p>`
    case 'differs': {
      const { now } = replay
      const end = now.status === 'completed' ? valueTree(now.output.value) : failure(now.error)
      return html`<p class="fault">It ends in another way than before:</p>${end}`
    }
    case 'diverged':
      return failure(replay.error)
    default:
      return replay satisfies never
  }
}

function before(calls: readonly CallRecord[], next: CallRecord | undefined): Html {
  const made = calls.filter(({ callId }) => callId !== next?.callId)
  if (made.length === 0) return html`<p>None.</p>`
  const last = made.slice(-MAX_LINES)
  return html`<ol class="log" tabindex="0" aria-label="Calls" start="${made.length - last.length + 1}">${last.map(
    ({ tool, status, durationMs, outputText }) =>
      html`<li>${shownText(tool)} <span class="status ${status}">${status}</span> ${
        durationMs === undefined ? '' : durationText(durationMs)
      } ${shownText(outputText ?? '')}</li>`,
  )}</ol>`
}

function log(lines: readonly LogLine[]): Html {
  if (lines.length === 0) return html`<p>Nothing.</p>`
  const shown = lines.slice(-MAX_LINES)
  return html`<ol class="log" tabindex="0" aria-label="Log">${shown.map(({ level, text }) => html`<li class="level-${level}">${shownText(text)}</li>`)}</ol>`
}
