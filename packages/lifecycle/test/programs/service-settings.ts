/** What the service of the tests is started with. */
export interface ServiceSettings {
  readonly protocol?: 'http' | 'https' | 'http2'
  readonly hangs?: 'request' | 'closer' | 'check' | 'nothing, but throws'
  readonly drainDelayMs?: number
  readonly graceMs?: number
  readonly closeMs?: number
}
