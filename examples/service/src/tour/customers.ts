import { setTimeout as wait } from 'node:timers/promises'

/** Clients that ask for products, one after the other, until they leave or the balancer stops: when readiness fails. */
export interface Customers {
  /** Answers by status, and failures by the code of their error. */
  readonly seen: ReadonlyMap<number | string, number>
  /** What readiness said when the balancer stopped; undefined as long as it has not. */
  readonly stoppedBy: number | string | undefined
  /** Resolves when each has its last answer. */
  readonly leave: () => Promise<void>
}

const PROBED_EVERY_MS = 50

export interface CustomersOptions {
  readonly count: number
  /** Whether a balancer probes readiness for them. Default true. */
  readonly haveBalancer?: boolean
}

export function sendCustomers(url: string, { count, haveBalancer = true }: CustomersOptions): Customers {
  const seen = new Map<number | string, number>()
  const leaving = new AbortController()
  let stoppedBy: number | string | undefined
  const isServing = (): boolean => stoppedBy === undefined && !leaving.signal.aborted

  const probe = async (): Promise<void> => {
    while (isServing()) {
      const outcome = await outcomeOf(`${url}/readyz`)
      if (outcome !== 200) stoppedBy = outcome
      else await wait(PROBED_EVERY_MS)
    }
  }

  const visit = async (productId: number): Promise<void> => {
    while (isServing()) {
      const outcome = await outcomeOf(`${url}/products/${productId}`)
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    }
  }

  const visits = [...(haveBalancer ? [probe()] : []), ...Array.from({ length: count }, (_, index) => visit(index + 1))]
  return {
    seen,
    get stoppedBy() {
      return stoppedBy
    },
    leave: async () => {
      leaving.abort()
      await Promise.all(visits)
    },
  }
}

/** The status of an answer that arrived to its end, else what went wrong. */
async function outcomeOf(url: string): Promise<number | string> {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.status
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: string } }
    return cause?.code ?? String(error)
  }
}
