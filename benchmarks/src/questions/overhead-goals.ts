import { figureOf, type Goal, type Row } from '../harness/question.ts'

/** What issue and design ask of the time and the memory of a call, as far as it has been measured. */
export function overheadGoals(rows: readonly Row[]): Goal[] {
  const ratio = (group: string, subject: string, figure = 'ratio'): number => figureOf(rows, group, subject, figure)
  const to = (group: string, subject: string, limit: number, figure?: string): Goal => {
    const what = figure === undefined ? '' : ', bytes'
    return { text: `${group}${what}: to that of ${subject}`, limit, reached: 1 / ratio(group, subject, figure) }
  }
  const single = ['retry', 'circuit breaker', 'bulkhead', 'fallback']
  const five = 'all five'
  return [
    ...single.map(group => to(group, '.then', 1.5)),
    ...single.map(group => to(group, 'cockatiel', group === 'bulkhead' ? 3 / 4 : 2 / 5)),
    to('timeout', 'cockatiel', 1 / 12),
    to('timeout', 'p-timeout', 1 / 12),
    to(five, 'by hand', 1.5),
    to(five, 'cockatiel', 1 / 15),
    to(five, 'by hand', 1.2, 'bytesRatio'),
    to(five, 'cockatiel', 1 / 5, 'bytesRatio'),
    to("all five, with the caller's signal", 'cockatiel', 1 / 8),
  ]
}
