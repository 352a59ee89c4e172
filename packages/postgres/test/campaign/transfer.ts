import type { ResilientPool, TransactionFacts } from '@holdfast/postgres'
import type { PlannedTransfer } from './planned-transfer.ts'

/** What its caller was told of a transfer. */
export interface EndedTransfer extends PlannedTransfer {
  readonly isAcknowledged: boolean
  readonly error: unknown
}

export function endedTransfer(plan: PlannedTransfer, result: PromiseSettledResult<unknown>): EndedTransfer {
  const isAcknowledged = result.status === 'fulfilled'
  return { ...plan, isAcknowledged, error: isAcknowledged ? undefined : result.reason }
}

export const leftReason = new Error('the caller has left')
export const mindChanged = new Error('the callback has changed its mind')

/** Rejects with what became of it where it was not acknowledged. */
export async function transfer(pool: ResilientPool, plan: PlannedTransfer): Promise<void> {
  const controller = new AbortController()
  const { leavesAfterMs, timeoutMs } = plan
  const leaving =
    leavesAfterMs === undefined ? undefined : setTimeout(() => controller.abort(leftReason), leavesAfterMs)
  const options = { signal: controller.signal, timeoutMs }
  try {
    if (plan.manner === 'statement') await pool.query(AT_ONCE, [plan.id, plan.from, plan.to, plan.cents], options)
    else await pool.transaction(facts => stepwise(facts, plan), { ...options, isolation: plan.isolation })
  } finally {
    clearTimeout(leaving)
  }
}

async function stepwise({ client }: TransactionFacts, plan: PlannedTransfer): Promise<void> {
  const { id, from, to, cents, locks, changesItsMind } = plan
  for (const account of locks) await client.query('select cents from accounts where id = $1 for update', [account])
  await client.query('update accounts set cents = cents - $2 where id = $1', [from, cents])
  await client.query('insert into ledger values ($1, $2, $3, $4)', [id, from, to, cents])
  await client.query('update accounts set cents = cents + $2 where id = $1', [to, cents])
  if (changesItsMind) throw mindChanged
}

const AT_ONCE = `
  with written as (insert into ledger values ($1, $2, $3, $4))
  update accounts set cents = cents + case id when $3 then $4::int else -$4::int end where id in ($2, $3)`
