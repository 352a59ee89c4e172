import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import type { FaultServer } from '@holdfast/fault-server'

/** What became of a request over HTTP/2. */
interface StreamOutcome {
  readonly status: number | undefined
  readonly informational: readonly number[]
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The code with which the stream was closed. */
  readonly rstCode: number
  readonly errorCode: string | undefined
}

interface Session {
  readonly session: ClientHttp2Session
  /** The last stream that each GOAWAY named. */
  readonly goaways: readonly number[]
  /** Why the session broke, if it did. */
  readonly errors: readonly Error[]
  ask(headers: Record<string, string>, body?: string): Promise<StreamOutcome>
  [Symbol.dispose](): void
}

export function sessionTo({ url, certificate }: FaultServer): Session {
  const session = connect(url, { ca: certificate })
  const goaways: number[] = []
  session.on('goaway', (_code: number, lastStream: number) => goaways.push(lastStream))
  const errors: Error[] = []
  session.on('error', (error: Error) => errors.push(error))
  return {
    session,
    goaways,
    errors,
    ask: (headers, body) => ask(session, headers, body),
    [Symbol.dispose]: () => session.destroy(),
  }
}

function ask(session: ClientHttp2Session, headers: Record<string, string>, body?: string): Promise<StreamOutcome> {
  const stream = session.request(headers, { endStream: body === undefined })
  let answer: IncomingHttpHeaders & IncomingHttpStatusHeader = {}
  let received = ''
  let errorCode: string | undefined
  const informational: number[] = []
  stream.setEncoding('latin1')
  stream.on('headers', ({ ':status': status }) => informational.push(Number(status)))
  stream.on('response', fields => {
    answer = fields
  })
  stream.on('data', (text: string) => {
    received += text
  })
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    errorCode = code
  })
  if (body !== undefined) stream.end(body)
  return new Promise(resolve => {
    stream.once('close', () => {
      const { ':status': status, ...rest } = answer
      resolve({ status, informational, headers: rest, body: received, rstCode: stream.rstCode ?? -1, errorCode })
    })
  })
}
