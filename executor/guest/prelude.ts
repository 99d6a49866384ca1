/**
 * The prelude: all that a program finds in its global object beside the language, and the entry
 * points by which the worker drives it. Loaded once into the virtual machine whose snapshot every
 * guest starts from.
 */

import { consoleLevels } from '../../protocol/execution/console-levels.ts'
import { caughtHelper } from './caught-error.ts'
import { setKeepPlain } from './codec/engine-text.ts'
import { awaitingAnswer, installFinalAnswer } from './codec/output.ts'
import { installStructuredClone } from './codec/structured-clone.ts'
import { describe, describeRejection } from './describe-error.ts'
import { takeNames } from './end-of-program.ts'
import { currentStack, installStack } from './error-stack.ts'
import { installErrors } from './errors.ts'
import { emit, installFiles } from './files/blob.ts'
import { callBlocking, deliver, waitingStack } from './host/calls.ts'
import { clockMs, installClock, sinceStart } from './host/clock.ts'
import { installConcurrent } from './host/concurrent.ts'
import { askNumber, askText, keepPlain, promiseHooks } from './host/host.ts'
import { ENTRY_GLOBAL } from './host/host-names.ts'
import { HostOperation, MESSAGE } from './host/host-operations.ts'
import { installTimers } from './host/timers.ts'
import { parallel } from './host/tools.ts'
import { inspect } from './inspect/inspect.ts'
import { installWebInspectors } from './inspect/inspect-web.ts'
import { installDateText } from './intl/date-text.ts'
import { installIntl } from './intl/intl.ts'
import { forgetLists } from './intl/locale-methods.ts'
import { lockDown } from './lockdown.ts'
import { hidden, record, reflectDefineProperty, stringToWellFormed } from './primordials.ts'
import { begin, constant, equip, finish, spreadable } from './program.ts'
import { setPromiseHooks } from './promise-state.ts'
import { beginSession, comeToRest, finishSession, installSession } from './session/session.ts'
import { declare, undeclare } from './session/session-names.ts'
import { installAbort, whenSignalAborts } from './web/abort.ts'
import { installConsole } from './web/console.ts'
import { installDigest } from './web/digest.ts'
import { installEncoding } from './web/encoding.ts'
import { installEvent } from './web/event.ts'
import { installEventTarget } from './web/event-target.ts'
import { installRandom } from './web/random.ts'
import { installURL } from './web/url.ts'

const levelIndex = record() as Record<string, number>
for (let i = 0; i < consoleLevels.length; i++) levelIndex[consoleLevels[i] as string] = i

setPromiseHooks(promiseHooks)
setKeepPlain(keepPlain)
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
installFiles(globalThis, (operation, input) => callBlocking(HostOperation.file, operation, input))
reflectDefineProperty(globalThis, 'emit', hidden(emit))
installWebInspectors()
installFinalAnswer(globalThis)
reflectDefineProperty(globalThis, 'parallel', hidden(parallel))
installConcurrent(globalThis)
constant(globalThis, '__latchd_end', takeNames)
constant(
  globalThis,
  '__latchd_caught',
  caughtHelper(request => askText(HostOperation.stack, MESSAGE, request)),
)
constant(globalThis, '__latchd_answer', awaitingAnswer)
constant(globalThis, '__latchd_spread', spreadable)
installSession(globalThis)
lockDown(globalThis)

/** Removes the state of an execution; see {@link comeToRest}. */
function rest(): void {
  endGroups()
  forgetLists()
  comeToRest()
}

/** Characters of a string and bytes of a text that a variable is shown with. */
const variableOptions = record() as { maxStringLength: number; maxBytes: number }
variableOptions.maxStringLength = 1000
variableOptions.maxBytes = 2000

/** The value of a variable, for a person who looks at a halted program. */
const variableText = (value: unknown) => stringToWellFormed(inspect(value, variableOptions))

reflectDefineProperty(
  globalThis,
  ENTRY_GLOBAL,
  hidden({
    equip,
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
    currentStack,
    waitingStack,
    variableText,
  }),
)
