import type { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDependency } from '../src/dependency.ts'
import { guardedClient } from '../src/guarded-client.ts'
import { Ledger } from '../src/ledger.ts'
import { liveScreen } from '../src/live-screen.ts'
import { schedule } from '../src/phases.ts'
import type { Scene } from '../src/scene.ts'

class FakeTerminal {
  columns = 60
  rows = 24
  written = ''
  write = (text: string): void => {
    this.written += text
  }

  /** The lines of the frame that was drawn last. */
  get lines(): string[] {
    return stripVTControlCharacters(this.written.slice(this.written.lastIndexOf('\r') + 1)).split('\n')
  }
}

async function sceneOf(calls: number): Promise<Scene> {
  const phases = schedule(19_000)
  const dependency = await startDependency({ seed: 1, phaseNow: () => phases[0] as (typeof phases)[number] })
  onTestFinished(dependency.close)
  const ledger = new Ledger()
  const answer = { kind: 'fresh', price: 100 } as const
  await Promise.all(
    Array.from({ length: calls }, (_, call) => ledger.enter(async () => answer, call, new AbortController().signal)),
  )
  const { breaker, slots } = guardedClient({ url: dependency.url, seed: 1 })
  const side = { ledger, dependency }
  return { seed: 1, phases, elapsedMs: () => 4_000, bare: side, guarded: { ...side, breaker, slots } }
}

const screenOn = (terminal: FakeTerminal, scene: Scene, hasColor = false) =>
  liveScreen(scene, terminal as unknown as WriteStream, hasColor)

describe('live screen', () => {
  it('fits a narrow terminal, whatever there is to show', async () => {
    const terminal = new FakeTerminal()
    const screen = screenOn(terminal, await sceneOf(200))

    for (let note = 0; note < 30; note++) {
      screen.note({ words: `${note} `.repeat(60), tone: 'quiet', isTurningPoint: false }, 1_000)
    }
    screen.draw()

    expect(terminal.lines.length).toBeLessThanOrEqual(terminal.rows)
    expect(Math.max(...terminal.lines.map(({ length }) => length))).toBe(59)
    expect(terminal.lines).toContain('● 200 fresh   ○ 0 stale   × 0 failed   · 0 waiting   ')
  })

  it('draws over what it has drawn, also when the terminal has become narrower', async () => {
    const terminal = new FakeTerminal()
    const screen = screenOn(terminal, await sceneOf(0))
    screen.draw()
    const rows = terminal.lines.length - 1

    screen.draw()
    const sameWidth = terminal.written
    terminal.columns = 40
    screen.draw()

    expect(sameWidth).toContain(`\u001B[${rows}A`)
    expect(Number(/.*\[(\d+)A/s.exec(terminal.written)?.[1])).toBeGreaterThan(rows)
  })

  it('counts a note that repeats', async () => {
    const terminal = new FakeTerminal()
    const screen = screenOn(terminal, await sceneOf(0))

    for (let times = 0; times < 3; times++) screen.note({ words: 'again', tone: 'quiet', isTurningPoint: false }, 1_000)
    screen.draw()

    expect(terminal.lines).toContain('  1.0 s  again ×3')
  })

  it('writes colours only where they are wanted', async () => {
    const [plain, colored] = [new FakeTerminal(), new FakeTerminal()]
    const scene = await sceneOf(3)

    screenOn(plain, scene).draw()
    screenOn(colored, scene, true).draw()

    expect(plain.written).not.toContain('\u001B[32m')
    expect(colored.written).toContain('\u001B[32m')
  })

  it('takes 80 columns and 24 rows where the terminal does not know its size', async () => {
    const terminal = new FakeTerminal()
    Object.assign(terminal, { columns: 0, rows: 0 })

    screenOn(terminal, await sceneOf(200)).draw()

    expect(Math.max(...terminal.lines.map(({ length }) => length))).toBe(79)
  })

  it('gives the cursor back', async () => {
    const terminal = new FakeTerminal()

    screenOn(terminal, await sceneOf(0)).close()

    expect(terminal.written.endsWith('\u001B[?25h\n')).toBe(true)
  })
})
