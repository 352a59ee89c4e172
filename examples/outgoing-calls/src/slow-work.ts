import type { ServerResponse } from 'node:http'
import type { Deadline } from '@holdfast/fetch'
import type { Clock } from 'holdfast'

/** How long it works between two looks at whether anybody still waits. */
const STEP_MS = 10

/** What became of a request. */
type Ending = 'answered' | 'failed' | 'out of time' | 'left alone'

export interface Work {
  /** Steps that were wanted when they ended. */
  readonly steps: number
  readonly ended: Promise<Ending>
}

export interface WorkOptions {
  readonly workMs: number
  readonly deadline: Deadline
  readonly response: ServerResponse
  readonly clock: Clock
}

/** Works step by step for as long as somebody waits for it: until the deadline, or until the client disconnects. */
export function startWork({ workMs, deadline, response, clock }: WorkOptions): Work {
  let steps = 0
  let wake = (): void => {}
  response.once('close', () => wake())

  const step = (): Promise<void> =>
    new Promise(resolve => {
      const timer = clock.setTimeout(resolve, STEP_MS)
      wake = () => {
        clock.clearTimeout(timer)
        resolve()
      }
    })

  const work = async (): Promise<Ending> => {
    for (; steps * STEP_MS < workMs; steps++) {
      await step()
      if (response.destroyed) return 'left alone'
      if (deadline.remainingMs() === 0) {
        response.writeHead(504).end()
        return 'out of time'
      }
    }
    response.end(JSON.stringify({ pieces: 12 }))
    return 'answered'
  }

  return {
    ended: work(),
    get steps() {
      return steps
    },
  }
}
