import type { ConnectionCount } from './connections.ts'
import type { Exchange } from './exchange.ts'
import { listen, type Protocol } from './listen.ts'
import { readBody } from './read-body.ts'
import type { RecordedRequest } from './recorded-request.ts'
import { requestLog } from './request-log.ts'
import { status } from './steps/answers.ts'
import type { Step } from './steps/step.ts'

export interface FaultServerOptions {
  /** Default `http1`: HTTP/1.1 without TLS. */
  readonly protocol?: Protocol
}

/** Chooses the step of a request when its headers are there. */
export type StepPicker = (request: RecordedRequest) => Step

/** A real HTTP server on the loopback interface that does to each request what a script says. */
export interface FaultServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string
  /** What TLS clients must trust, as PEM; undefined without TLS. */
  readonly certificate: string | undefined
  /** All requests in the order of arrival. */
  readonly requests: readonly RecordedRequest[]
  readonly connections: ConnectionCount
  /** The n-th request to this path from now on gets the n-th step; the last step repeats. Without steps, the path has no script. */
  script(path: string, steps: readonly Step[]): void
  /** Chooses the step of all requests whose path has no script. Without it, they are answered with 501. */
  otherwise(pick: StepPicker): void
  requestsTo(path: string): readonly RecordedRequest[]
  /** Resolves with the n-th request to this path as soon as its headers have arrived. `count` is 1 by default. */
  arrived(path: string, count?: number): Promise<RecordedRequest>
  /** Destroys what is still open. */
  close(): Promise<void>
}

/**
 * Starts a server whose answers are scripted.
 *
 * @example
 * await using server = await faultServer()
 * server.script('/orders', [resetBeforeHeaders(), status(503, { 'retry-after': '1' }), ok('hello')])
 */
export async function faultServer({ protocol = 'http1' }: FaultServerOptions = {}): Promise<FaultServer> {
  const log = requestLog()
  const scripts = new Map<string, { readonly steps: readonly Step[]; played: number }>()
  let pick: StepPicker = ({ path }) => status(501, {}, `fault server: nothing is scripted for ${path}`)

  const stepFor = (request: RecordedRequest): Step => {
    const script = scripts.get(request.path)
    const step = script?.steps[script.played] ?? script?.steps.at(-1)
    if (script === undefined || step === undefined) return pick(request)
    script.played += 1
    return step
  }
  // What a picker or a step throws is left unhandled: it is a mistake in the test, and shall fail it.
  const serve = async (exchange: Exchange) => {
    const { connection } = exchange
    const request = log.record(exchange)
    if (connection.whenReused !== 'serve') {
      request.step = 'diesWhenReused'
      request.bodyEndedAs('unread')
      return connection[connection.whenReused]()
    }
    const step = stepFor(request)
    request.step = step.name
    if (exchange.headers.expect === '100-continue' && step.readsBytes > 0) exchange.inform(100)
    if (await readBody(exchange, request, step.readsBytes)) await step.play(exchange)
  }

  const listener = await listen(protocol, exchange => void serve(exchange))
  return {
    url: listener.url,
    certificate: listener.certificate,
    requests: log.requests,
    connections: listener.connections,
    script: (path, steps) => void scripts.set(path, { steps, played: 0 }),
    otherwise(picker) {
      pick = picker
    },
    requestsTo: path => log.to(path),
    arrived: (path, count = 1) => log.arrived(path, count),
    close: listener.close,
    [Symbol.asyncDispose]: listener.close,
  }
}
