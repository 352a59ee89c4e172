/** Gets what a server answers and reads all of it; fails with a `StatusError` for a status that is none of success. */
export type Get = (url: string) => Promise<unknown>

/** What everybody is told who has such limits. */
export interface Limits {
  /** What one attempt may take. */
  readonly attemptMs: number
  /** What all attempts may take, with the waits between them. */
  readonly totalMs: number
}

export interface Client {
  readonly make: (limits: Limits) => Get
  /** Whether a limit holds for all attempts together. */
  readonly hasTotal: boolean
}

/** Clients that do the same work in the same way of making requests. */
export interface Family {
  readonly name: string
  /** The request without protection. */
  readonly bare: Get
  readonly clients: Readonly<Record<string, Client>>
}

/** The defaults of Holdfast. */
export const usualLimits: Limits = { attemptMs: 8_000, totalMs: 30_000 }

export class StatusError extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the server answered ${status}`)
    this.status = status
  }
}
