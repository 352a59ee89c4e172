import { setImmediate } from 'node:timers/promises'

/** A body that never ends, and what it was cancelled with. */
export function watchedStream(chunk?: string) {
  let cancelledWith: (reason: unknown) => void
  const cancelled = new Promise<unknown>(resolve => {
    cancelledWith = resolve
  })
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // So that a reader that cannot stop leaves time for others.
        await setImmediate()
        if (chunk === undefined) await new Promise(() => {})
        controller.enqueue(Buffer.from(chunk ?? ''))
      },
      cancel: reason => cancelledWith(reason),
    },
    { highWaterMark: 0 },
  )
  return { body, cancelled }
}
