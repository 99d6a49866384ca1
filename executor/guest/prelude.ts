/**
 * The prelude: all that a program finds in its global object beside the language, and the entry
 * points by which the worker drives it. Loaded once into the virtual machine whose snapshot every
 * guest starts from.
 */

import { installAbort, whenSignalAborts } from './abort.ts'
import { deliver } from './calls.ts'
import { clockMs, installClock, sinceStart } from './clock.ts'
import { installConcurrent } from './concurrent.ts'
import { installConsole } from './console.ts'
import { installDateText } from './date-text.ts'
import { describe, describeRejection } from './describe-error.ts'
import { installDigest } from './digest.ts'
import { installEncoding } from './encoding.ts'
import { installStack, whereabouts } from './error-stack.ts'
import { installErrors } from './errors.ts'
import { installEvent } from './event.ts'
import { installEventTarget } from './event-target.ts'
import { askNumber, askText, promisePowers } from './host.ts'
import { ENTRY_GLOBAL } from './host-names.ts'
import { HostOperation, logLevels } from './host-operations.ts'
import { installWebInspectors } from './inspect-web.ts'
import { installIntl } from './intl.ts'
import { forgetLists } from './locale-methods.ts'
import { lockDown } from './lockdown.ts'
import { awaitingAnswer, installFinalAnswer } from './output.ts'
import { hidden, record, reflectDefineProperty, stringToWellFormed } from './primordials.ts'
import { begin, constant, finish, spreadable } from './program.ts'
import { setPromisePowers } from './promise-state.ts'
import { installRandom } from './random.ts'
import { beginSession, comeToRest, finishSession, installSession } from './session.ts'
import { declare, undeclare } from './session-names.ts'
import { installStructuredClone } from './structured-clone.ts'
import { installTimers } from './timers.ts'
import { parallel } from './tools.ts'
import { installURL } from './url.ts'

const levelIndex = record() as Record<string, number>
for (let i = 0; i < logLevels.length; i++) levelIndex[logLevels[i] as string] = i

setPromisePowers(promisePowers)
installErrors(globalThis)
installStack(request => askText(HostOperation.stack, 0, request))
installClock(globalThis)
installDateText()
const endGroups = installConsole(
  globalThis,
  (level, text) =>
    askNumber(HostOperation.log, levelIndex[level] as number, stringToWellFormed(text)),
  clockMs,
)
installTimers(globalThis)
installEncoding(globalThis, request => askText(HostOperation.decode, 0, request))
installDigest(installRandom(globalThis), request => askText(HostOperation.digest, 0, request))
installURL(globalThis, request => askText(HostOperation.url, 0, request))
installIntl(globalThis, request => askText(HostOperation.intl, 0, request))
installStructuredClone(globalThis)
installEvent(globalThis, sinceStart)
installEventTarget(globalThis, whenSignalAborts)
installAbort(globalThis)
installWebInspectors()
installFinalAnswer(globalThis)
reflectDefineProperty(globalThis, 'parallel', hidden(parallel))
installConcurrent(globalThis)
constant(globalThis, '__latchd_answer', awaitingAnswer)
constant(globalThis, '__latchd_spread', spreadable)
installSession(globalThis)
lockDown(globalThis)

/** Leaves nothing of an execution's own behind; see {@link comeToRest}. */
function rest(): void {
  endGroups()
  forgetLists()
  comeToRest()
}

reflectDefineProperty(
  globalThis,
  ENTRY_GLOBAL,
  hidden({
    begin,
    finish,
    deliver,
    describe,
    describeRejection,
    beginSession,
    declare,
    undeclare,
    finishSession,
    rest,
    whereabouts,
  }),
)
