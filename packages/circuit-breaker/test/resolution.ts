/** Whether a promise has resolved, when asked. */
export function resolutionOf(promise: Promise<unknown>): { isThere: boolean } {
  const resolution = { isThere: false }
  void promise.then(() => {
    resolution.isThere = true
  })
  return resolution
}
