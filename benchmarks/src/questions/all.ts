import type { Question } from '../harness/question.ts'

const questions: Readonly<Record<string, () => Promise<{ readonly question: Question }>>> = {
  overhead: () => import('./overhead.ts'),
  rejection: () => import('./rejection.ts'),
  concurrency: () => import('./concurrency.ts'),
  windows: () => import('./windows.ts'),
  keyed: () => import('./keyed.ts'),
  soak: () => import('./soak.ts'),
  http: () => import('./http.ts'),
  db: () => import('./db.ts'),
  telemetry: () => import('./telemetry.ts'),
  size: () => import('./size.ts'),
  startup: () => import('./startup.ts'),
}

export const questionNames: readonly string[] = Object.keys(questions)

/** Only what is asked is loaded: the others would share its process. */
export async function questionNamed(name: string): Promise<Question> {
  const load = questions[name]
  if (load === undefined) throw new RangeError(`there is no question ${name}`)
  return (await load()).question
}
