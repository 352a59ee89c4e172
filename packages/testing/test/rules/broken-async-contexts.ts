import type { Broken } from './broken.ts'
import { layer } from './layers.ts'

/** Mistakes with rule 10: the async context is that of the caller. Queues have more of them. */
export const brokenAsyncContexts: readonly Broken[] = [
  {
    mistake: 'runs its calls from a loop that began when it was made',
    subject: {
      make: options => {
        const jobs: (() => void)[] = []
        let wake = (): void => {}
        const loop = async (): Promise<void> => {
          while (true) {
            await new Promise<void>(resolve => {
              wake = resolve
            })
            for (const job of jobs.splice(0)) job()
          }
        }
        void loop()
        return layer(
          options,
          (next, operation, call) =>
            new Promise((resolve, reject) => {
              jobs.push(() => {
                next(operation, call).then(resolve, reject)
              })
              wake()
            }),
        )
      },
    },
    breaks: {
      'contexts: expected mine, got undefined': [
        'rule 10: an operation runs in the async context of its caller, in each attempt',
      ],
    },
  },
  {
    mistake: 'makes a promise by hand, which hides the caller from the engine',
    subject: {
      make: options =>
        layer(
          options,
          (next, operation, call) =>
            new Promise((resolve, reject) => {
              next(operation, call).then(
                value => resolve(value),
                (error: Error) => reject(error),
              )
            }),
        ),
    },
    breaks: {
      'the trace names it: expected true, got Error: down': [
        'rule 10: the trace of an error names the caller of the run',
      ],
    },
  },
]
