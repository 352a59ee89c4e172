import { vi } from 'vitest'

interface CountedArrays {
  /** How many places of arrays have been read or written. */
  readonly touched: () => number
  readonly restore: () => void
}

/** Counts what is done to the typed arrays that are made from now on: work that can be measured without a stopwatch. */
export function countedArrays(): CountedArrays {
  let touches = 0
  const targets = new WeakMap<object, object>()

  const counted = <T extends Uint8Array | Float64Array>(array: T): T => {
    const proxy = new Proxy(array, {
      get: (target, place) => {
        if (typeof place === 'string' && /^\d+$/.test(place)) touches++
        const value: unknown = Reflect.get(target, place, target)
        if (typeof value !== 'function') return value
        return (...given: readonly unknown[]): unknown => {
          // A method may touch all of them.
          touches += target.length
          return Reflect.apply(
            value,
            target,
            given.map(one => targets.get(one as object) ?? one),
          )
        }
      },
      set: (target, place, value) => {
        touches++
        return Reflect.set(target, place, value, target)
      },
    })
    targets.set(proxy, array)
    return proxy
  }

  for (const name of ['Uint8Array', 'Float64Array'] as const) {
    const Counted = new Proxy(globalThis[name], {
      construct: (Target, given) => counted(Reflect.construct(Target, given) as Uint8Array | Float64Array),
    })
    vi.stubGlobal(name, Counted)
  }
  return { touched: () => touches, restore: () => vi.unstubAllGlobals() }
}
