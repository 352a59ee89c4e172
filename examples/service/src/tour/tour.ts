import { startPostgres } from '@holdfast/database-servers'
import { createSchema } from './create-schema.ts'
import { sendCustomers } from './customers.ts'
import { load, PRODUCTS, type Seen } from './load.ts'
import { scrape } from './metrics.ts'
import { playScene, rowsOf, type Scene } from './scene.ts'
import { type LogLine, startService } from './service-process.ts'
import { startSupplier } from './supplier-server.ts'

export interface TourOptions {
  /** How long each scene takes, in milliseconds. */
  readonly sceneMs: number
  readonly say: (line: string) => void
}

const CUSTOMERS = 8
/** Longer than an attempt may take: only then is it noticed that there is no answer. */
const LEAST_HANGING_MS = 1_300
const RECOVERY_TRIES = 20

/** Plays all of it, and resolves with the promises that were not kept. */
export async function play({ sceneMs, say }: TourOptions): Promise<readonly string[]> {
  await using database = await startPostgres()
  await using supplier = await startSupplier()
  await createSchema(database.url)
  await using service = await startService({
    DATABASE_URL: database.url,
    SUPPLIER_URL: supplier.url,
    // Long enough for a balancer that probes twenty times a second.
    DRAIN_DELAY_MS: '500',
  })

  // What nobody has ever asked for, nobody can have known.
  for (const id of PRODUCTS) await (await fetch(`${service.url}/products/${id}`)).arrayBuffer()

  const broken: string[] = []
  const promise = (what: string, isKept: boolean): void => {
    say(`  ${isKept ? 'kept:  ' : 'BROKEN:'} ${what}`)
    if (!isKept) broken.push(what)
  }

  const scene = async (title: string, durationMs = sceneMs): Promise<Scene> => {
    say(`\n${title}`)
    const played = await playScene(service, durationMs)
    for (const row of rowsOf(played)) say(`  ${row}`)
    return played
  }
  const succeeds = ({ products, orders }: Scene): boolean => hasOnly(products, 200) && hasOnly(orders, 201)

  const normal = await scene('All is well.')
  promise('no request fails', succeeds(normal))

  supplier.mode = 'hangs'
  const hanging = await scene('The supplier hangs.', Math.max(sceneMs, LEAST_HANGING_MS))
  promise('its products are told as they were last known, orders go on', succeeds(hanging))
  promise('the circuit of the supplier opens', hanging.grown(TRANSITIONS, opened('supplier.breaker')) > 0)
  promise('the service stays in rotation, degraded', isOnlyDegraded(hanging))

  supplier.mode = 'fails'
  const failing = await scene('The supplier answers 503.')
  promise('the same', succeeds(failing) && isOnlyDegraded(failing))
  supplier.mode = 'answers'

  // A server that somebody else runs stays as it is.
  if (!database.isGiven) {
    await database.stop()
    const down = await scene('The database is down.')
    promise('orders are refused at once, with a status', hasOnly(down.orders, 503, 504))
    promise('products do not notice', hasOnly(down.products, 200))
    promise('the service stays in rotation, degraded', isOnlyDegraded(down))
    await database.start()
  }

  // Circuits that are open are closed by calls that succeed.
  for (let time = 0; time < RECOVERY_TRIES && (await circuitsNotClosed(service.metricsUrl)) > 0; time++) {
    await load(service.url, sceneMs / 4)
  }
  const recovered = await scene('Both are back.')
  promise('no request fails', succeeds(recovered))

  say('\nSIGTERM, in the middle of it.')
  const customers = sendCustomers(service.url, { count: CUSTOMERS })
  await load(service.url, sceneMs / 4)
  service.signal('SIGTERM')
  const exitCode = await service.exited
  await customers.leave()
  for (const { msg, closed = [] } of service.log.filter(isAudit)) say(`  ${[msg, ...closed].join(', ')}`)
  promise('readiness fails first', customers.stoppedBy === 503)
  promise(
    'no request of the balancer fails',
    [...customers.seen.keys()].every(outcome => outcome === 200),
  )
  promise('the exit code is 0', exitCode === 0)
  return broken
}

const TRANSITIONS = 'holdfast_circuit_transitions_total'
const opened = (policy: string): Record<string, string> => ({
  holdfast_policy_name: policy,
  holdfast_circuit_state: 'open',
})

async function circuitsNotClosed(metricsUrl: string): Promise<number> {
  const metrics = await scrape(metricsUrl)
  const inState = (state: string): number => metrics.sum('holdfast_circuit_state', { holdfast_circuit_state: state })
  return inState('open') + inState('half_open')
}

const isAudit = ({ msg }: LogLine): boolean => / shut(?:ting)? down: /.test(msg)

function hasOnly({ statuses, errors }: Seen, ...expected: readonly number[]): boolean {
  const seen = Object.keys(statuses).map(Number)
  return errors === 0 && seen.length > 0 && seen.every(status => expected.includes(status))
}

/** It may take a moment until it is noticed. */
function isOnlyDegraded({ readiness: told }: Scene): boolean {
  return told.has('200 degraded') && [...told].every(each => each.startsWith('200 '))
}
