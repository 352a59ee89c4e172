import { setTimeout as wait } from 'node:timers/promises'
import { availability, startPostgres, startRedis } from '@holdfast/database-servers'
import { audit, piecesInStock } from './audit.ts'
import { articleCache, ordersDatabase } from './connections.ts'
import { sendCustomers } from './customers.ts'
import { startOrderService } from './order-service.ts'
import { createTables } from './schema.ts'
import { scoreboard } from './scoreboard.ts'

export interface ScenarioOptions {
  /** How long each scene takes, in milliseconds. */
  readonly sceneMs: number
  readonly say: (line: string) => void
}

const CUSTOMERS = 12
const LINES_PER_SCENE = 3

/** Plays all of it, and resolves with whether the books are right. */
export async function play({ sceneMs, say }: ScenarioOptions): Promise<boolean> {
  await using database = await startPostgres()
  await using redis = availability('redis').isAvailable ? await startRedis() : undefined
  if (redis === undefined) say('There is no redis-server on this machine: the service runs without a cache.')

  const pool = ordersDatabase(database.config)
  const cache = redis && articleCache(redis.url)
  await createTables(pool)
  const piecesAtFirst = await piecesInStock(pool)

  const service = await startOrderService(pool, cache)
  const customers = sendCustomers(service.url, CUSTOMERS)
  const line = scoreboard({ pool, cache, prices: service.prices, customers })
  const scene = async (title: string): Promise<void> => {
    say(`\n${title}`)
    for (let time = 0; time < LINES_PER_SCENE; time++) {
      await wait(sceneMs / LINES_PER_SCENE)
      say(line())
    }
  }

  await scene(`${CUSTOMERS} customers look at prices and order.`)

  // Servers that somebody else runs stay as they are.
  if (!database.isGiven) {
    const restarted = database.restart()
    await scene('The database restarts. What may be repeated is; customers send the rest again.')
    await restarted

    await database.kill()
    const recovered = wait(sceneMs / LINES_PER_SCENE).then(() => database.start())
    await scene('It crashes, and is back after a while. It is asked what became of each COMMIT that had no answer.')
    await recovered
  }
  if (redis?.isGiven === false) {
    await redis.kill()
    await scene('The cache is killed. Prices come from the database.')
    await redis.start()
    await scene('The cache is back.')
  }

  await customers.leave()
  const { told } = customers
  const { booked, unanswered, lost, doubled, unasked, pieces } = await audit(pool, told)
  const isComplete = pieces.inStock + pieces.ordered === piecesAtFirst
  say(`
The books
  ${told.receipts.size} orders acknowledged, ${told.refused.size} refused as sold out, ${told.unanswered.size} given up
  ${booked} orders booked, ${unanswered} of them given up
  ${lost} lost, ${doubled} doubled, ${unasked} that nobody was told of
  ${pieces.inStock} pieces in stock + ${pieces.ordered} ordered ${isComplete ? '=' : 'is NOT'} ${piecesAtFirst} at first`)

  await service.close()
  await pool.end()
  cache?.disconnect()
  const isRight = lost + doubled + unasked === 0 && isComplete
  say(isRight ? '\nEvery acknowledged order is there, once.' : '\nTHE BOOKS ARE WRONG.')
  return isRight
}
