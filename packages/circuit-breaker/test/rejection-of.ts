/** What `run` rejects with. Asked for before time goes on, so that no rejection is ever unhandled. */
export function rejectionOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    value => {
      throw new Error(`expected a rejection, got ${String(value)}`)
    },
    (error: unknown) => error,
  )
}
