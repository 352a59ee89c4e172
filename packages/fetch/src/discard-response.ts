import type { Clock } from '@holdfast/core'
import { startTimer, unref } from '@holdfast/core/kernel'

export interface DrainLimits {
  /** More than this is not read. */
  readonly drainBytes: number
  /** Milliseconds after which reading ends. */
  readonly drainMs: number
  readonly clock: Clock
}

/**
 * Lets go of a response that nobody wants: a short body is read to its end, so that the connection can be used again, and
 * a long or slow one is cancelled, which closes the connection.
 */
export function discardResponse({ body, headers }: Response, { drainBytes, drainMs, clock }: DrainLimits): void {
  if (body === null || body.locked) return
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel().catch(() => {})
  if (Number(headers.get('content-length')) > drainBytes) return cancel()
  const timer = startTimer(clock, cancel, drainMs)
  // A process that has nothing else to do need not wait for it.
  unref(timer)
  drain(reader, drainBytes)
    .catch(cancel)
    .finally(() => clock.clearTimeout(timer))
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, most: number): Promise<void> {
  let length = 0
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.byteLength
    if (length > most) return reader.cancel()
  }
}
