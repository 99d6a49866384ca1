/**
 * What a thread does as long as it lives: it takes a task off its lane, runs it, reports, and does
 * what is due between two programs. Otherwise it sleeps on the latch.
 *
 * The event loop of the thread turns only where a duty waits. So what a program that is out of the
 * engine has left there, a timer for example, does not run beside a later execution.
 */

import type { LaneQuestion, LaneStart } from '../boundary/lane-frames.ts'
import type { GuestReport, GuestTask } from '../boundary/messages.ts'
import type { WorkerStatistics } from '../boundary/worker-statistics.ts'
import { type LaneCommand, WorkerLane } from './lane.ts'

/** What a thread does with what comes on its lane. */
export interface LaneDuties {
  /** Resolves when the thread is ready for its first program. */
  warmUp(): Promise<void>
  /** Runs a task. @throws {Error} when there is no report on it */
  execute(task: GuestTask, lane: WorkerLane): GuestReport | Promise<GuestReport>
  /**
   * Does one thing that is due between two programs. `false`: nothing is.
   *
   * @throws {Error} when the thread is not to be trusted any more
   */
  rest(): boolean | Promise<boolean>
  /** Milliseconds without a frame after which {@link settle} is due; `undefined`: it is not. */
  settlesAfterMs(): number | undefined
  /** Gives back what is not needed while the thread has nothing to do. */
  settle(): void
  statistics(): WorkerStatistics
  /** Gives back memory that is no longer in use. */
  collect(): void
}

/** Serves a lane until its thread is ended. @throws {Error} of {@link LaneDuties.rest} */
export async function serveLane(start: LaneStart, duties: LaneDuties): Promise<never> {
  const lane = new WorkerLane(start)
  for (;;) {
    const turn = lane.turn()
    const command = lane.nextCommand()
    if (command?.kind === 'task') await run(lane, command.task, duties)
    else if (command !== undefined) await answer(lane, command, duties)
    else {
      const rested = duties.rest()
      if (typeof rested === 'boolean' ? rested : await rested) continue
      if (lane.sleep(turn, duties.settlesAfterMs())) continue
      duties.settle()
    }
  }
}

async function run(lane: WorkerLane, task: GuestTask, duties: LaneDuties): Promise<void> {
  try {
    lane.report(task.serial, await duties.execute(task, lane))
  } catch (error) {
    lane.fail(task.serial, error)
  }
}

type Question = Extract<LaneCommand, { kind: 'question' }>

async function answer(lane: WorkerLane, { id, what }: Question, duties: LaneDuties): Promise<void> {
  const asked = what as LaneQuestion
  switch (asked) {
    case 'warm-up':
      await duties.warmUp()
      lane.answer(id, {})
      return
    case 'statistics':
      lane.answer(id, duties.statistics())
      return
    case 'collect':
      duties.collect()
      lane.answer(id, {})
      return
    default:
      asked satisfies never
  }
}
