import type { Dispatcher } from 'undici'
import { deferred } from './deferred.ts'

type Controller = Dispatcher.DispatchController

/** A handler that remembers what it was told, in order. */
export interface RecordingHandler extends Dispatcher.DispatchHandler {
  /** The names of the callbacks, with what matters of their arguments. */
  readonly told: string[]
  /** All controllers that it was given. */
  readonly controllers: ReadonlySet<Controller>
  readonly text: () => string
  /** What `onResponseError` was told; undefined where the response ended. */
  readonly ended: Promise<unknown>
}

/** Acts as `acts` say, after it has remembered. */
export function recordingHandler(acts: Dispatcher.DispatchHandler = {}): RecordingHandler {
  const told: string[] = []
  const controllers = new Set<Controller>()
  const chunks: Buffer[] = []
  const { promise: ended, resolve } = deferred<unknown>()
  const tell = (controller: Controller, what: string): void => {
    controllers.add(controller)
    told.push(what)
  }
  return {
    told,
    controllers,
    ended,
    text: () => Buffer.concat(chunks).toString(),
    onRequestStart(controller, context) {
      tell(controller, 'start')
      acts.onRequestStart?.(controller, context)
    },
    onResponseStart(controller, status, headers, text) {
      tell(controller, `response ${status}`)
      acts.onResponseStart?.(controller, status, headers, text)
    },
    onResponseData(controller, chunk) {
      if (told.at(-1) !== 'data') tell(controller, 'data')
      chunks.push(chunk)
      acts.onResponseData?.(controller, chunk)
    },
    onResponseEnd(controller, trailers) {
      tell(controller, 'end')
      acts.onResponseEnd?.(controller, trailers)
      resolve(undefined)
    },
    onResponseError(controller, error) {
      tell(controller, 'error')
      acts.onResponseError?.(controller, error)
      resolve(error)
    },
    onRequestUpgrade(controller, status, headers, socket) {
      tell(controller, `upgrade ${status}`)
      acts.onRequestUpgrade?.(controller, status, headers, socket)
      resolve(undefined)
    },
  }
}
