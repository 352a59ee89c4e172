import { allButTimeout } from './by-hand.ts'
import { type HeedfulMaker, TIMEOUT_MS } from './job.ts'

/** All five for work that looks at a signal: each attempt has its own, which its timeout aborts. */
export const fiveWithSignalRead: HeedfulMaker = work =>
  allButTimeout(
    () =>
      new Promise((resolve, reject) => {
        const controller = new AbortController()
        const timer = setTimeout(() => {
          const error = new Error('timeout')
          reject(error)
          controller.abort(error)
        }, TIMEOUT_MS)
        Promise.resolve(work(controller)).then(
          value => {
            clearTimeout(timer)
            resolve(value)
          },
          (error: unknown) => {
            clearTimeout(timer)
            reject(error)
          },
        )
      }),
  )

/** All five under the caller's signal, for work that does not need one of its attempt. */
export const fiveUnder =
  (end: AbortSignal): HeedfulMaker =>
  work =>
    allButTimeout(
      () =>
        new Promise((resolve, reject) => {
          const leave = (): void => {
            clearTimeout(timer)
            end.removeEventListener('abort', onAbort)
          }
          const timer = setTimeout(() => {
            leave()
            reject(new Error('timeout'))
          }, TIMEOUT_MS)
          const onAbort = (): void => {
            leave()
            reject(end.reason as Error)
          }
          end.addEventListener('abort', onAbort)
          Promise.resolve(work({ signal: end })).then(
            value => {
              leave()
              resolve(value)
            },
            (error: unknown) => {
              leave()
              reject(error)
            },
          )
        }),
      end,
    )

/** All five under the caller's signal, for work that looks at the one of its attempt. */
export const fiveUnderWithSignalRead =
  (end: AbortSignal): HeedfulMaker =>
  work =>
    allButTimeout(
      () =>
        new Promise((resolve, reject) => {
          const controller = new AbortController()
          const leave = (): void => {
            clearTimeout(timer)
            end.removeEventListener('abort', onAbort)
          }
          const fail = (reason: unknown): void => {
            leave()
            reject(reason)
            controller.abort(reason)
          }
          const timer = setTimeout(() => fail(new Error('timeout')), TIMEOUT_MS)
          const onAbort = (): void => fail(end.reason)
          end.addEventListener('abort', onAbort)
          Promise.resolve(work(controller)).then(
            value => {
              leave()
              resolve(value)
            },
            (error: unknown) => {
              leave()
              reject(error)
            },
          )
        }),
      end,
    )
