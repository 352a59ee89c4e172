import type { Note } from './note.ts'
import type { Scene, Screen, Side } from './scene.ts'
import { latency } from './units.ts'

const columns = { time: 5, client: 9, count: 7, latency: 8 }

/** For logs and pipes: lines that are written once, two for each second and one where the breaker turns. */
export function plainScreen(scene: Scene, write: (line: string) => void): Screen {
  let phasesTold = 0
  let secondsTold = 0

  write(`Holdfast demo, seed ${scene.seed}. Totals since the start, every second:`)
  write(row('time', 'client', ['fresh', 'stale', 'failed', 'waits', 'sent'], 'p99'))

  return {
    draw: () => {
      const elapsedMs = scene.elapsedMs()
      // On a busy machine, more than one may have begun since the last look.
      for (const { name, story } of scene.phases.slice(phasesTold).filter(({ fromMs }) => fromMs <= elapsedMs)) {
        write(`${time(elapsedMs)}  ${name}: ${story}`)
        phasesTold++
      }

      if (elapsedMs < (secondsTold + 1) * 1_000) return
      secondsTold = Math.floor(elapsedMs / 1_000)
      write(totals(time(elapsedMs), 'bare', scene.bare))
      write(totals('', 'holdfast', scene.guarded))
    },
    note: ({ words, isTurningPoint }: Note, atMs: number) => {
      if (isTurningPoint) write(`${time(atMs)}  ${words}`)
    },
    close: () => write(''),
  }
}

function totals(at: string, client: string, { ledger, dependency }: Side): string {
  const counts = (['fresh', 'stale', 'failed', 'waiting'] as const).map(outcome => String(ledger.count(outcome)))
  return row(at, client, [...counts, String(dependency.received)], latency(ledger.latencyMs(0.99)))
}

function row(at: string, client: string, counts: readonly string[], p99: string): string {
  const cells = counts.map(count => count.padStart(columns.count)).join('')
  return `${at.padStart(columns.time)}  ${client.padEnd(columns.client)}${cells}${p99.padStart(columns.latency)}`
}

const time = (ms: number): string => (ms / 1_000).toFixed(1).padStart(columns.time)
