import { type Call, type Clock, type Operation, type Policy, permanent } from 'holdfast'

/** What an operation brings, so that one can tell later where an answer came from. */
export interface Brought {
  readonly how: string
}

/** What an operation fails with. */
class Failed extends Error implements Brought {
  readonly how: string

  constructor(how: string) {
    super(how)
    this.how = how
  }
}

export interface LoadOperationsOptions {
  readonly clock: Clock
  readonly random: () => number
  /** What some operations run theirs under, for the call that they serve. */
  readonly inner: Policy
}

/** Operations of all kinds, each made for one run. `running` says how many have begun and not ended. */
export function loadOperations({ clock, random, inner }: LoadOperationsOptions) {
  let running = 0

  const after = <T>(ms: number, end: () => T): Promise<T> => {
    running++
    return new Promise<void>(resolve => {
      clock.setTimeout(resolve, ms)
    }).then(() => {
      running--
      return end()
    })
  }
  const untilCancelled = ({ signal }: Call): Promise<never> => {
    running++
    return new Promise((_resolve, reject) => {
      const stop = (): void => {
        running--
        reject(signal.reason as Error)
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop)
    })
  }
  const bring = (how: string): Brought => ({ how })
  const fail = (how: string): never => {
    throw new Failed(how)
  }
  const soonMs = (): number => 1 + Math.floor(random() * 12)

  const kinds: readonly (() => Operation<Brought>)[] = [
    () => () => bring('plain value'),
    () => async () => bring('value'),
    () => () => after(soonMs(), () => bring('value')),
    () => () => fail('thrown'),
    () => async () => fail('rejected'),
    () => () => after(soonMs(), () => fail('rejected')),
    () => () => after(soonMs(), () => fail('answerable')),
    () => () => Promise.reject(permanent(new Failed('permanent'))),
    () =>
      ({ attempt }) =>
        attempt < 3 ? fail('thrown') : bring('value at last'),
    () => untilCancelled,
    () => () => after(30, () => bring('late value')),
    () => () => after(30, () => fail('late error')),
    () => call => inner.run(() => after(soonMs(), () => bring('value within')), call),
    () => call => inner.run(untilCancelled, call),
  ]
  const [ordinary, failures] = [kinds.slice(0, 2), kinds.slice(3, 7)]
  const draw = (from: typeof kinds): Operation<Brought> =>
    (from[Math.floor(random() * from.length)] as (typeof kinds)[number])()

  return {
    get running() {
      return running
    },
    any: () => draw(random() < 0.6 ? ordinary : kinds),
    failing: () => draw(failures),
  }
}
