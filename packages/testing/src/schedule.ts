import type { Clock } from '@holdfast/core'
import { show } from '@holdfast/core/kernel'
import { inPresentContext } from './async-context.ts'
import { ScheduleClock } from './schedule-clock.ts'
import { ScheduleTrace } from './schedule-trace.ts'
import { seededRandom } from './seeded-random.ts'
import { settle } from './virtual-clock.ts'

const MOST_STEPS = 100_000
const MOST_MICROTASKS = 12
/** How often what is late is considered all the same. */
const LATE_SHARE = 0.1

/** What a scenario is made of: one order in which things happen, drawn by a seed. */
export interface Schedule {
  /**
   * The clock for policies and operations. Timers run when their time has come or later, never before; those of the
   * same time run in an order that the seed draws. Time goes on by itself, while something is ready too.
   */
  readonly clock: Clock & {
    /** Timers that were set and have neither run nor been cleared. */
    readonly pendingTimers: number
  }
  /**
   * Runs `action` at a moment that the seed draws, in the async context of now: the end of some work, an abort, a
   * newcomer. Settles with what it returns or throws. `label` stands for it in the message of a failure. Throws a
   * `TypeError` when it is given anything else.
   */
  readonly soon: <T>(label: string, action: () => PromiseLike<T> | T) => Promise<T>
  /**
   * Goes on until nothing is ready and no timer is left. Rejects with what a timer throws, and with an `Error` when
   * 100 000 actions and timers have run and more are left.
   */
  readonly run: () => Promise<void>
  /** Draws numbers of at least 0 and below 1 by the seed: for the scenario, and for the option `random` of policies. */
  readonly random: () => number
}

/** How a schedule tends to go, drawn for each anew: in an even mixture, a race that needs much of one kind is rare. */
interface Temper {
  /** How often a whole turn of the event loop passes between two steps, in place of a few microtasks. */
  readonly turns: number
  /** How often time goes on to the next timer although something is ready. */
  readonly haste: number
  /** How often work takes time before it is done. */
  readonly slowness: number
  /** How often the event loop stalls: timers are late then, and many may be due at once. */
  readonly stalls: number
  /** How often a timer that is due comes before what is ready. */
  readonly timersFirst: number
  /** How many microtasks pass at most between two steps, and one more. */
  readonly breath: number
  /** How much of the work is late: most of what it could precede comes before it. */
  readonly lateness: number
}

/** An action that is to run. */
interface Task {
  readonly label: string
  readonly act: () => void
  readonly isLate: boolean
}

/** One run of a scenario. */
export class ScheduleRun {
  readonly trace: ScheduleTrace
  readonly schedule: Schedule
  private readonly draw: () => number
  private readonly temper: Temper
  private readonly time: ScheduleClock
  private readonly ready: Task[] = []
  private running: Promise<void> | undefined = undefined
  private isOver = false

  constructor(seed: number) {
    const draw = seededRandom(seed)
    this.draw = draw
    this.temper = {
      turns: draw() ** 3,
      haste: draw() ** 2,
      slowness: draw(),
      stalls: draw() < 0.5 ? 0 : draw(),
      timersFirst: draw(),
      breath: 1 + draw() * (MOST_MICROTASKS - 1),
      lateness: draw() < 0.5 ? 0 : draw(),
    }
    this.time = new ScheduleClock(draw, label => this.trace.add(label))
    this.trace = new ScheduleTrace(() => this.time.elapsedMs)
    this.schedule = {
      clock: this.time.clock,
      soon: (label, action) => this.soon(label, action),
      run: () => this.run(),
      // Numbers of their own: a policy that draws once more must not change what the seed stands for.
      random: seededRandom(Math.floor(draw() * 2 ** 32)),
    }
  }

  /** Whether anything is left that could happen. */
  get hasWork(): boolean {
    return this.ready.length > 0 || this.time.clock.pendingTimers > 0
  }

  get isRunning(): boolean {
    return this.running !== undefined
  }

  /** Who runs it while it runs already waits for the same end. */
  run(): Promise<void> {
    this.running ??= this.goOn().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  /** What still runs stops there. */
  end(): void {
    this.isOver = true
  }

  private soon<T>(label: string, action: () => PromiseLike<T> | T): Promise<T> {
    if (typeof label !== 'string' || typeof action !== 'function') {
      throw new TypeError(`soon takes a label and a function, got ${show(label)} and ${show(action)}`)
    }
    return new Promise((resolve, reject) => {
      const act = inPresentContext(() => {
        try {
          resolve(action())
        } catch (error) {
          reject(error)
        }
      })
      this.ready.push({ label, act, isLate: this.happens(this.temper.lateness) })
    })
  }

  private async goOn(): Promise<void> {
    for (let steps = 0; ; ) {
      if (!this.hasWork) await settle()
      if (!this.hasWork || this.isOver) return
      const microtasks = this.drawPause()
      if (microtasks === undefined) await settle()
      else for (let passed = 0; passed < microtasks; passed++) await Promise.resolve()
      // What was left may have been cleared meanwhile.
      if (!this.hasWork || this.isOver) continue
      if (steps++ === MOST_STEPS) {
        throw new Error(`${MOST_STEPS} actions and timers have run, and more are left`)
      }
      this.step()
    }
  }

  /**
   * How many microtasks pass until the next step, in which what was just run goes on by itself; undefined for as many
   * as it takes until it can go no further.
   */
  private drawPause(): number | undefined {
    const microtasks = this.happens(this.temper.turns) ? undefined : Math.floor(this.draw() * this.temper.breath)
    this.trace.microtasks = microtasks
    return microtasks
  }

  private step(): void {
    const { temper, time } = this
    const tasks = this.candidates()
    if (!time.isDue && (tasks.length === 0 || this.happens(temper.haste))) time.goToNextTimer()
    else if (this.happens(temper.slowness)) time.goTowardsNextTimer()
    if (this.happens(temper.stalls)) time.stall()

    if (time.isDue && (tasks.length === 0 || this.happens(temper.timersFirst))) return time.runTimer()
    const task = tasks[Math.floor(this.draw() * tasks.length)] as Task
    this.ready.splice(this.ready.indexOf(task), 1)
    this.trace.add(task.label)
    task.act()
  }

  /** What may run next. Without a timer, something may. */
  private candidates(): readonly Task[] {
    if (this.happens(LATE_SHARE)) return this.ready
    const punctual = this.ready.filter(({ isLate }) => !isLate)
    return punctual.length === 0 && this.time.clock.pendingTimers === 0 ? this.ready : punctual
  }

  private happens(share: number): boolean {
    return this.draw() < share
  }
}
