import { bulkhead, type Clock, circuitBreaker, consecutiveFailures, pipeline, timeout } from 'holdfast'

export interface Letter {
  readonly id: string
  readonly to: string
}

/** The mail service does not take this letter, now or later. */
export class LetterRefused extends Error {
  override readonly name = 'LetterRefused'
}

export interface MailerOptions {
  readonly url: string
  /** Letters that are sent at once. Default 4. */
  readonly maxConcurrent?: number
  /** For tests; likewise `random`. */
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
}

export type Mailer = ReturnType<typeof mailer>

/** The client of the mail service. There is no retry in it: that is what the queue is for. */
export function mailer({ url, maxConcurrent = 4, clock, random }: MailerOptions) {
  const breaker = circuitBreaker({
    name: 'mail.breaker',
    trip: consecutiveFailures(5),
    // Nobody waits for a letter at a screen: probe after 1 s, then after 2 s, 4 s … 30 s.
    openMs: ({ trips }) => Math.min(30_000, 500 * 2 ** trips),
    handles: ({ error }) => !(error instanceof LetterRefused),
    clock,
    random,
  })
  // Workers wait for slots, each for one at a time: that queue is as long as there are workers.
  const slots = bulkhead({ name: 'mail.slots', maxConcurrent, maxQueued: Infinity, clock })
  const policy = pipeline.named('mail', breaker, timeout({ name: 'mail.attempt', timeoutMs: 2_000, clock }))

  return {
    breaker,
    slots,
    /** Rejects with `LetterRefused` for a letter that must not be sent again. */
    send: (letter: Letter) => policy.run(({ signal }) => post(url, letter, signal)),
  }
}

async function post(url: string, letter: Letter, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    // After a timeout nobody knows whether the letter was sent. The service knows repeats by this key.
    headers: { 'content-type': 'application/json', 'idempotency-key': letter.id },
    body: JSON.stringify(letter),
    signal,
  })
  await response.body?.cancel()
  if (response.ok) return
  const problem = `the mail service answered ${response.status} to letter ${letter.id}`
  throw response.status === 422 ? new LetterRefused(problem) : new Error(problem)
}
