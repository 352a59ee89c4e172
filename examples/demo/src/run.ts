import { setTimeout as sleep } from 'node:timers/promises'
import { bareClient } from './bare-client.ts'
import { startDependency } from './dependency.ts'
import { guardedClient } from './guarded-client.ts'
import { Ledger } from './ledger.ts'
import { noteOn } from './note.ts'
import { phaseAt, schedule } from './phases.ts'
import type { Scene, Screen } from './scene.ts'
import type { Settings } from './settings.ts'

/** Calls begin at a steady pace, whatever became of those before: users do not wait for each other. */
const CALL_EVERY_MS = 40
const DRAW_EVERY_MS = 100
/** When the last phase is over, calls may end for this long. */
const GRACE_MS = 1_000

/**
 * Plays all phases once, for both clients at the same time: each has a dependency of its own, with the same script.
 * Ends early when `stop` aborts.
 */
export async function run(
  { seed, seconds }: Pick<Settings, 'seed' | 'seconds'>,
  screenFor: (scene: Scene) => Screen,
  stop: AbortSignal,
): Promise<Scene> {
  const startMs = performance.now()
  const elapsedMs = (): number => performance.now() - startMs
  const durationMs = seconds * 1_000 - GRACE_MS
  const phases = schedule(durationMs)
  const script = { seed, phaseNow: () => phaseAt(phases, elapsedMs()) }

  const [bareDependency, guardedDependency] = await Promise.all([startDependency(script), startDependency(script)])
  const bare = bareClient(bareDependency.url)
  const guarded = guardedClient({ url: guardedDependency.url, seed })
  const scene: Scene = {
    seed,
    phases,
    elapsedMs,
    bare: { ledger: new Ledger(), dependency: bareDependency },
    guarded: { ledger: new Ledger(), dependency: guardedDependency, breaker: guarded.breaker, slots: guarded.slots },
  }

  const screen = screenFor(scene)
  const unsubscribe = guarded.prices.subscribe(event => {
    const note = noteOn(event)
    if (note !== undefined) screen.note(note, event.atMs - startMs)
  })
  screen.draw()
  const ticker = setInterval(screen.draw, DRAW_EVERY_MS)
  const end = new AbortController()
  const calls: Promise<void>[] = []
  try {
    for (let call = 1; call * CALL_EVERY_MS < durationMs; call++) {
      await sleep(Math.max(0, call * CALL_EVERY_MS - elapsedMs()), undefined, { signal: stop })
      calls.push(scene.bare.ledger.enter(bare, call, end.signal))
      calls.push(scene.guarded.ledger.enter(guarded.ask, call, end.signal))
    }
    await Promise.race([Promise.all(calls), sleep(durationMs + GRACE_MS - elapsedMs(), undefined, { signal: stop })])
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    // What still waits has waited long enough: it is entered as a failure.
    end.abort(new Error('no answer until the end'))
    await Promise.all(calls)
    clearInterval(ticker)
    unsubscribe()
    screen.close()
    bareDependency.close()
    guardedDependency.close()
  }
  return scene
}
