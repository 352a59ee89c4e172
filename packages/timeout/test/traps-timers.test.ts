import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, scripted, throws, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const conditions = process.env['HOLDFAST_DIST'] === '1' ? [] : ['--conditions=@holdfast/source']

/** What a process writes that runs `program` and then has to end by itself. */
async function outputOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...conditions, '--input-type=module', '--eval', `import { timeout } from '@holdfast/timeout'; ${program}`],
    { cwd: new URL('.', import.meta.url), timeout: 20_000 },
  )
  return stdout
}

describe('traps of timeout: the timer', () => {
  it.each([
    ['a rejection', rejects(new Error('reset'))],
    ['a synchronous throw', throws(new Error('at once'))],
  ])('is cleared after %s: no live timers after 1000 failures', async (_, step) => {
    const clock = virtualClock()
    const policy = timeout({ clock, timeoutMs: 800 })

    for (let call = 0; call < 1_000; call++) await rejectionOf(policy.run(scripted([step], { clock })))

    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['a value', () => 'product'],
    ['a rejection', () => Promise.reject(new Error('reset'))],
    [
      'a synchronous throw',
      () => {
        throw new Error('at once')
      },
    ],
  ])('of the platform is cleared, the very one that was set, after %s', async (_, operation) => {
    const [set, clear] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')]
    onTestFinished(() => {
      set.mockRestore()
      clear.mockRestore()
    })
    const policy = timeout({ timeoutMs: 123_456 })

    for (let call = 0; call < 1_000; call++) await policy.run(operation).catch(() => 'rejected')

    const timers = set.mock.results.filter((_result, call) => set.mock.calls[call]?.[1] === 123_456)
    const cleared = new Set(clear.mock.calls.map(([timer]) => timer))
    expect(timers).toHaveLength(1_000)
    expect(timers.filter(({ value }) => !cleared.has(value as NodeJS.Timeout))).toEqual([])
  })

  it.each([
    ['a value', "await policy.run(() => 'product')"],
    ['a rejection', "await policy.run(() => Promise.reject(new Error('reset'))).catch(() => {})"],
    ['a synchronous throw', "await policy.run(() => { throw new Error('at once') }).catch(() => {})"],
    [
      'an abort',
      `const controller = new AbortController()
       const rejection = policy.run(() => new Promise(() => {}), { signal: controller.signal }).catch(() => {})
       controller.abort()
       await rejection`,
    ],
    ['its limit', 'await timeout({ timeoutMs: 1 }).run(() => new Promise(() => {})).catch(() => {})'],
  ])('does not hold the process of a call that has finished with %s', async (_, call) => {
    const output = await outputOf(`
      const policy = timeout({ timeoutMs: 2_000_000_000 })
      ${call}
      console.log('done')
    `)

    expect(output).toBe('done\n')
  })
})
