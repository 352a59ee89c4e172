type Then = (resolve: (value: string) => void, reject: (error: unknown) => void) => void

/** An object that can be awaited and is no promise. */
export function thenable(then: Then): PromiseLike<string> {
  // oxlint-disable-next-line unicorn/no-thenable
  return { then } as PromiseLike<string>
}

/** An object that throws when somebody looks whether it can be awaited. */
export function untouchable(error: unknown): object {
  return new Proxy(
    {},
    {
      get: () => {
        throw error
      },
    },
  )
}
