import type { Goal, Row } from '../src/harness/question.ts'

/** What was measured of a subject; a figure that was not measured is null in a file. */
export function row(group: string, subject: string, figures: Readonly<Record<string, number | null>>): Row {
  return { group, subject, figures: figures as Row['figures'] }
}

export function goal(text: string, limit: number, reached: number | null): Goal {
  return { text, limit, reached: reached as number }
}

export const host = { node: 'v24.1.0', machine: 'linux x64, 2 cores', date: '2026-11-22' }
