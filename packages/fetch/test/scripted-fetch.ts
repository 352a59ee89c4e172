import type { Clock } from '@holdfast/core'

/** A request as it was handed to fetch. */
interface SentRequest {
  readonly request: Request
  /** When, on the clock of the policies. */
  readonly atMs: number
  /** The bytes of its body as text; undefined where nobody has read it, or where there was none. */
  text: string | undefined
}

/** What a fetch does with one request. */
export type Turn = (sent: SentRequest) => Response | Promise<Response>

export interface ScriptedFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>
  readonly sent: readonly SentRequest[]
}

/**
 * A fetch that goes by a script, a turn for each request. A request beyond the last turn rejects: a test must know how
 * often it is called.
 */
export function scriptedFetch(turns: readonly Turn[], clock: Pick<Clock, 'nowMs'>): ScriptedFetch {
  const sent: SentRequest[] = []
  const startMs = clock.nowMs()
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const entry: SentRequest = { request: new Request(input, init), atMs: clock.nowMs() - startMs, text: undefined }
    sent.push(entry)
    const turn = turns[sent.length - 1]
    if (turn === undefined) throw new Error(`scriptedFetch: called ${sent.length} times, not ${turns.length}`)
    return turn(entry)
  }
  return Object.assign(fetch, { sent })
}

/** Answers without looking at the body of the request. */
export function answers(status = 200, headers: Record<string, string> = {}, body: string | null = `${status}`): Turn {
  return () => new Response(body, { status, headers })
}

/** Rejects without looking at the body of the request. */
export function fails(error: unknown): Turn {
  return async () => {
    throw error
  }
}

/** Reads the body of the request to its end, and goes on with `turn`. */
export function reads(turn: Turn): Turn {
  return async sent => {
    if (sent.request.body !== null) sent.text = await sent.request.text()
    return turn(sent)
  }
}

/** Never answers; rejects when the request is aborted, as platforms do. */
export function hangs(): Turn {
  return ({ request: { signal } }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
}

/** The same turn, so many times. */
export function times(count: number, turn: Turn): Turn[] {
  return Array.from({ length: count }, () => turn)
}
