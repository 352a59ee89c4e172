import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const conditions = process.env['HOLDFAST_DIST'] === '1' ? [] : ['--conditions=@holdfast/source']

function startDemo(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...conditions, main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function outcomeOf(demo: ChildProcess) {
  const [, stdout, stderr] = await Promise.all([
    once(demo, 'close'),
    text(demo.stdout as NodeJS.ReadableStream),
    text(demo.stderr as NodeJS.ReadableStream),
  ])
  return { code: demo.exitCode, stdout, stderr }
}

// It takes its time, so two tests look at the same one.
let outcomeOfShortRun: ReturnType<typeof outcomeOf> | undefined
const shortRun = () => (outcomeOfShortRun ??= outcomeOf(startDemo([], { HOLDFAST_DEMO_SECONDS: '3' })))

describe('demo', () => {
  it('plays all phases and ends with a table', async () => {
    const { code, stdout, stderr } = await shortRun()

    expect(stderr).toBe('')
    expect(code).toBe(0)
    const phases = [...stdout.matchAll(/^ *[\d.]+ {2}(healthy|flaky|slow|down|hanging):/gm)].map(([, name]) => name)
    expect(phases).toEqual(['healthy', 'flaky', 'slow', 'down', 'healthy', 'hanging', 'healthy'])
    expect(stdout).toMatch(/^usable answers +\d+ % +>?\d+ %$/m)
    expect(stdout).toMatch(/^ {2}stale, from the fallback +0 % +\d+ %$/m)
    expect(stdout).toMatch(/^latency p99 +[\d.]+ m?s +[\d.]+ m?s$/m)
    expect(stdout).toMatch(/^requests to the dependency +\d+ +\d+$/m)
  })

  it('writes plain lines of at most 60 columns where there is no terminal', async () => {
    const { stdout } = await shortRun()

    expect(stdout).not.toContain('\u001B')
    expect(stdout.split('\n').filter(line => line.length > 60)).toEqual([])
  })

  it('ends with 130 when interrupted', async () => {
    const demo = startDemo([])
    const outcome = outcomeOf(demo)
    await once(demo.stdout as NodeJS.ReadableStream, 'data')

    demo.kill('SIGINT')

    const { code, stdout, stderr } = await outcome
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    expect(stdout).toMatch(/Interrupted\.\n$/)
  })

  it('explains itself for options that it does not understand', async () => {
    const demo = startDemo(['--seed', 'lucky'])

    const { code, stderr } = await outcomeOf(demo)

    expect(code).toBe(2)
    expect(stderr).toContain('--seed must be an integer, got lucky')
    expect(stderr).toContain('Usage:')
  })
})
