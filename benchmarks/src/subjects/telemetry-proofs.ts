import assert from 'node:assert/strict'
import type { Call } from '../harness/interleaved.ts'
import { holdfast } from './holdfast.ts'
import { FRESH } from './job.ts'
import { type Begin, beginSdk, type Telemetry, type Told, type Watch } from './telemetry.ts'
import { measuredByHand } from './telemetry-by-hand.ts'

/** Enough for a sampled share to be told from all, and from none. */
const CALLS = 5_000

/** Fails unless calls that are watched so are told of, each once, and no longer when that has ended. */
export async function proveWatch(name: string, watch: Watch, begin: Begin): Promise<void> {
  const telemetry = begin(watch)
  const call = holdfast.five(() => FRESH)
  await makeCalls(call)
  const told = await endOf(telemetry)
  assertTold(name, told, watch)

  await makeCalls(call)
  assert.deepEqual(await telemetry.collect(), told, `${name}: goes on although it has ended`)
}

/** Fails unless what is written by hand tells of each call once. */
export async function proveByHand(name: string, watch: Watch, byHand = measuredByHand): Promise<void> {
  const sdk = beginSdk(watch.sampledRatio)
  const call = holdfast.five(() => FRESH)
  await makeCalls(byHand(call, sdk, watch))
  assertTold(`${name} by hand`, await endOf(sdk), watch)
}

function assertTold(name: string, { calls, spans }: Told, watch: Watch): void {
  const { hasMetrics = false, sampledRatio = 0, attemptSpans = false } = watch
  const spansOfAll = attemptSpans ? 2 * CALLS : CALLS
  assert.equal(calls, hasMetrics ? CALLS : 0, `${name}: ${calls} calls are counted, of ${CALLS}`)
  assert.ok(isShare(spans, spansOfAll, sampledRatio), `${name}: ${spans} spans have ended, of ${spansOfAll}`)
}

/** What has been told until now, which is its end. */
async function endOf(telemetry: Telemetry): Promise<Told> {
  const told = await telemetry.collect()
  telemetry.end()
  return told
}

/** One after the other, each with one attempt. */
async function makeCalls(call: Call): Promise<void> {
  for (let each = 0; each < CALLS; each++) assert.equal(await call(), FRESH)
}

/** All or none to the last one; else lots are drawn. */
function isShare(count: number, all: number, ratio: number): boolean {
  if (ratio === 0 || ratio === 1) return count === ratio * all
  return count > (ratio * all) / 4 && count < ratio * all * 4
}
