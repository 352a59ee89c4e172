import { readable } from './schedule-clock.ts'

/** What a message shows of a long schedule: its end. */
const KEPT = 200

/** What ran in a schedule, in order. */
export class ScheduleTrace {
  /** How many microtasks passed since what ran before; undefined for a turn of the event loop. */
  microtasks: number | undefined = undefined
  private readonly lines: string[] = []
  private readonly elapsedMs: () => number
  private dropped = 0

  constructor(elapsedMs: () => number) {
    this.elapsedMs = elapsedMs
  }

  add(label: string): void {
    this.lines.push(`${label} at ${readable(this.elapsedMs())} ms${since(this.microtasks)}`)
    if (this.lines.length <= KEPT) return
    this.lines.shift()
    this.dropped++
  }

  /** For the message of a failure. */
  get told(): string {
    if (this.lines.length === 0) return 'nothing has run'
    const before = this.dropped === 0 ? [] : [`${this.dropped} others`]
    return `what ran:\n${[...before, ...this.lines].map(line => `  ${line}`).join('\n')}`
  }
}

function since(microtasks: number | undefined): string {
  if (microtasks === undefined) return ''
  if (microtasks === 0) return ', at once'
  return microtasks === 1 ? ', 1 microtask later' : `, ${microtasks} microtasks later`
}
