import type { Delivery, JobQueue } from './job-queue.ts'
import { type Letter, LetterRefused, type Mailer } from './mailer.ts'

export interface WorkerOptions {
  readonly queue: JobQueue<Letter>
  readonly mailer: Mailer
  /** Aborts to end the work. */
  readonly stop: AbortSignal
}

/**
 * Sends the letters of the queue until `stop` aborts. It then takes no more, and resolves when those in flight have
 * ended: `stop` does not reach them, their timeout does.
 */
export async function work({ queue, mailer, stop }: WorkerOptions): Promise<void> {
  const inFlight = new Set<Promise<void>>()
  try {
    while (true) {
      const { delivery, release } = await nextDelivery({ queue, mailer, stop })
      const sending = send(delivery, mailer).finally(() => {
        release()
        inFlight.delete(sending)
      })
      inFlight.add(sending)
    }
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    await Promise.all(inFlight)
  }
}

/** The job comes last: while this worker waits for a slot or for the breaker, others can take it. */
async function nextDelivery({ queue, mailer: { slots, breaker }, stop }: WorkerOptions) {
  const { release } = await slots.acquire({ signal: stop })
  try {
    await breaker.whenAvailable({ signal: stop })
    return { delivery: await queue.take(stop), release }
  } catch (error) {
    release()
    throw error
  }
}

async function send({ job, done, requeue, park }: Delivery<Letter>, mailer: Mailer): Promise<void> {
  try {
    await mailer.send(job)
    done()
  } catch (error) {
    // Also when the breaker has opened since the job was taken: it says nothing about the letter.
    if (error instanceof LetterRefused) park()
    else requeue()
  }
}
