import { resilientFetch } from '@holdfast/fetch'
import { startShop } from './shop.ts'
import { startStockServer } from './stock-server.ts'

const stock = await startStockServer()
const shop = await startShop({ stockUrl: stock.url })
// The caller of the shop sends its own limit along, too.
const caller = resilientFetch({ name: 'caller', deadlineHeader: true, total: false, retry: false, breaker: false })

console.log('The caller has time, and so has the stock service.')
await ask({ limitMs: 900 })

console.log('\nThe caller has 400 ms, the stock service works for 10 s. It is told what is left, and stops in time.')
stock.plan.workMs = 10_000
await ask({ limitMs: 400 })

console.log('\nThe stock service fails once. The next attempt is told that there is less time.')
stock.plan.workMs = 50
stock.plan.failures = 1
await ask({ limitMs: 400 })

console.log('\nThe caller leaves after 150 ms. So does the shop, and the stock service stops.')
stock.plan.workMs = 10_000
await ask({ limitMs: 900, leavesAfterMs: 150 })

console.log('\nThe caller has so little time that the shop need not ask.')
await ask({ limitMs: 40 })

console.log(`\nThe stock service still works on: ${stock.working} of ${stock.visits.length} requests`)
await shop.close()
await stock.close()

interface Asking {
  readonly limitMs: number
  readonly leavesAfterMs?: number
}

/** What a caller of the shop does, what it sees, and what became of the requests to the stock service. */
async function ask({ limitMs, leavesAfterMs }: Asking): Promise<void> {
  const [startMs, earlier] = [performance.now(), stock.visits.length]
  const deadline = { remainingMs: () => limitMs }
  const signal = leavesAfterMs === undefined ? null : AbortSignal.timeout(leavesAfterMs)
  const outcome = await caller(`${shop.url}/offers/7`, { deadline, signal }).then(
    async response => `${response.status} ${await response.text()}`,
    (error: unknown) => `gone (${String(error)})`,
  )
  console.log(`  caller: ${outcome}, after ${Math.round(performance.now() - startMs)} ms`)
  for (const { toldMs, work } of stock.visits.slice(earlier)) {
    const ending = await work.ended
    console.log(`  stock service: ${Math.round(toldMs)} ms are left, it was told; ${ending} after ${work.steps} steps`)
  }
}
