import type { VirtualClock } from '@holdfast/testing'

/** A body in chunks of so many bytes that tells what was read of it, and whether it was cancelled. */
export class SentBody {
  readonly response: Response
  pulled = 0
  cancelled = 0
  hasEnded = false

  constructor(chunks: Iterator<number, unknown>, headers: Record<string, string> = {}, clock?: VirtualClock) {
    const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
      if (clock !== undefined) await passing(400, clock)
      const { done, value } = chunks.next()
      this.hasEnded = done === true
      if (done) return controller.close()
      this.pulled += value
      controller.enqueue(new Uint8Array(value))
    }
    const cancel = (): void => void this.cancelled++
    const body = new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
    this.response = new Response(body, { status: 503, headers })
  }
}

const passing = (ms: number, clock: VirtualClock): Promise<void> =>
  new Promise(resolve => {
    clock.setTimeout(resolve, ms)
  })

export function* endless(): Generator<number> {
  while (true) yield 1_000
}
