import process from 'node:process'
import { paint } from './line.ts'
import { liveScreen } from './live-screen.ts'
import { plainScreen } from './plain-screen.ts'
import { run } from './run.ts'
import type { Scene, Screen } from './scene.ts'
import { readSettings, type Settings, usage } from './settings.ts'
import { summary } from './summary.ts'

const { stdout, env } = process
const isLive = stdout.isTTY && env['TERM'] !== 'dumb'
const hasColor = isLive && !env['NO_COLOR']

await main()

async function main(): Promise<void> {
  const settings = readSettingsOrExplain()
  if (settings === undefined) return
  if (settings.isHelpWanted) return print(usage)

  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once('SIGINT', interrupt)
  // The reader of a pipe may leave before the end.
  stdout.on('error', interrupt)

  const scene = await run(settings, screenFor, stop.signal)
  process.removeListener('SIGINT', interrupt)
  if (stop.signal.aborted) {
    print('Interrupted.')
    process.exitCode = 130
    return
  }
  for (const line of summary(scene)) print(paint(line, hasColor))
}

function readSettingsOrExplain(): Settings | undefined {
  try {
    return readSettings(process.argv.slice(2), env)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
    return undefined
  }
}

function screenFor(scene: Scene): Screen {
  return isLive ? liveScreen(scene, stdout, hasColor) : plainScreen(scene, print)
}

function print(line: string): void {
  stdout.write(`${line}\n`)
}
