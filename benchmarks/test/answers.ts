import type { Answer } from '../src/report/section.ts'
import { goal, host, row } from './rows.ts'

const groups = [
  'retry',
  'timeout',
  'circuit breaker',
  'bulkhead',
  'fallback',
  'all but the timeout',
  'all five',
  "all five, with the caller's signal",
]
const columns = [
  { figure: 'ns', title: 'ns above', format: (value: number) => value.toFixed(0) },
  { figure: 'ratio', title: '× holdfast', format: (value: number) => value.toFixed(2) },
]

/** What a report is made of: two questions, with the figures that the README tells. */
export const answers: readonly Answer[] = [
  {
    asked: { name: 'overhead', title: 'What does a call cost?', method: 'All take\n  turns.', columns },
    chartTitle: 'Time of a call',
    result: {
      question: 'overhead',
      host,
      goals: [goal('retry: to that of cockatiel', 0.4, 0.2), goal('timeout: to that of by hand', 1.5, 2)],
      rows: groups.flatMap((group, at) => [
        row(group, 'holdfast', { ratio: 1, bytesRatio: 1, ns: 100 }),
        row(group, 'cockatiel', { ratio: 3 + at, bytesRatio: 2, ns: 300 + 100 * at }),
      ]),
    },
  },
  {
    asked: { name: 'rejection', title: 'What does a rejected call cost?', method: 'As before.', columns },
    chartTitle: 'Time of a rejected call',
    result: {
      question: 'rejection',
      host,
      goals: [],
      rows: [
        row('open circuit', 'holdfast', { ratio: 1, bytesRatio: 1, ns: 500 }),
        row('open circuit', 'opossum', { ratio: 0.5, bytesRatio: 0.7, ns: 250 }),
      ],
    },
  },
]
