import type { Call } from '@holdfast/core'
import { pipeline } from '@holdfast/core'
import { hangs, rejects, resolves, returns, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const controllerOf = (): { controller: AbortController; call: Call } => {
  const controller = new AbortController()
  const call = { signal: controller.signal, attempt: 1, deadlineMs: Infinity, remainingMs: () => Infinity, context: {} }
  return { controller, call }
}

describe('scripted', () => {
  it('takes one step for each call', async () => {
    const operation = scripted([rejects('first'), resolves('second'), returns('third')])
    const policy = pipeline()

    const answers = [
      await policy.run(operation).catch(String),
      await policy.run(operation),
      await policy.run(operation),
    ]

    expect(answers).toEqual(['first', 'second', 'third'])
  })

  it('throws for a call beyond the script, and says so', async () => {
    const operation = scripted([resolves('up')])
    await pipeline().run(operation)

    const answer = pipeline().run(operation)

    await expect(answer).rejects.toThrow(new Error('scripted: called 2 times, the script has 1 steps'))
  })

  it('remembers each call, with its attempt and time', async () => {
    const clock = virtualClock()
    const operation = scripted([resolves('up'), resolves('up')], { clock })
    const calls = [controllerOf().call, { ...controllerOf().call, attempt: 2 }]

    for (const call of calls) {
      await operation(call)
      await clock.advance(50)
    }

    expect(operation.calls).toEqual([
      { call: calls[0], attempt: 1, atMs: 10_000 },
      { call: calls[1], attempt: 2, atMs: 10_050 },
    ])
  })

  it('remembers a call that is not in the script, too', () => {
    const operation = scripted<string>([])

    expect(() => operation(controllerOf().call)).toThrow('the script has 0 steps')

    expect(operation.calls).toHaveLength(1)
  })

  it('counts the calls that have not ended', async () => {
    const clock = virtualClock()
    const operation = scripted(
      [resolves('up', { afterMs: 20 }), rejects('down', { afterMs: 10 }), returns('up'), throws('down')],
      { clock },
    )
    const { call } = controllerOf()

    const answers = Promise.allSettled([operation(call), operation(call)])
    void operation(call)
    expect(() => operation(call)).toThrow('down')
    expect(operation.running).toBe(2)
    await clock.advance(10)
    expect(operation.running).toBe(1)
    await clock.advance(10)
    expect(operation.running).toBe(0)

    await expect(answers).resolves.toMatchObject([{ value: 'up' }, { reason: 'down' }])
  })

  it('uses the clock of the platform unless it is given one', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const operation = scripted([resolves('up', { afterMs: 50 })])

    const answer = operation(controllerOf().call)
    vi.advanceTimersByTime(50)

    await expect(answer).resolves.toBe('up')
    expect(operation.calls[0]?.atMs).toBe(performance.now() - 50)
  })
})

describe('a step', () => {
  it('returns a value that is no promise', () => {
    expect(scripted([returns('up')])(controllerOf().call)).toBe('up')
  })

  it('throws before there is a promise', () => {
    expect(() => scripted([throws('down')])(controllerOf().call)).toThrow('down')
  })

  it.each([
    ['resolves', resolves('up', { afterMs: 50 })],
    ['rejects', rejects('down', { afterMs: 50 })],
  ])('%s at its time', async (_, step) => {
    const clock = virtualClock()
    const settled = vi.fn(() => clock.nowMs())

    void Promise.resolve(scripted<string>([step], { clock })(controllerOf().call)).then(settled, settled)
    await clock.advance(100)

    expect(settled).toHaveReturnedWith(10_050)
  })

  it('needs no timer to end at once', async () => {
    const clock = virtualClock()

    const answer = scripted([resolves('up')], { clock })(controllerOf().call)

    expect(clock.pendingTimers).toBe(0)
    await expect(answer).resolves.toBe('up')
  })

  it.each([
    ['resolves', resolves('up', { afterMs: 50 })],
    ['rejects', rejects('down', { afterMs: 50 })],
    ['hangs', hangs()],
  ])('that %s ends at once, with the reason of its signal, when that aborts', async (_, step) => {
    const clock = virtualClock()
    const { controller, call } = controllerOf()
    const operation = scripted<string>([step], { clock })

    const answer = operation(call)
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect([clock.pendingTimers, operation.running]).toEqual([0, 0])
  })

  it.each([
    ['resolves', resolves('up', { afterMs: 50 })],
    ['hangs', hangs()],
  ])('that %s ends at once when its signal has aborted before', async (_, step) => {
    const clock = virtualClock()
    const { controller, call } = controllerOf()
    controller.abort('enough')
    const settled = vi.fn()

    void Promise.resolve(scripted<string>([step], { clock })(call)).catch(settled)
    await clock.settle()

    expect(settled).toHaveBeenCalledExactlyOnceWith('enough')
    expect(clock.pendingTimers).toBe(0)
  })

  it.each([
    ['resolves', resolves('up', { afterMs: 50, isDeaf: true }), [{ value: 'up' }], 0],
    ['rejects', rejects('down', { afterMs: 50, isDeaf: true }), [{ reason: 'down' }], 0],
  ])('that is deaf %s at its time, whatever its signal says', async (_, step, outcome, running) => {
    const clock = virtualClock()
    const { controller, call } = controllerOf()
    const operation = scripted<string>([step], { clock })

    const answer = Promise.allSettled([operation(call)])
    controller.abort('enough')
    await clock.advance(49)
    expect(operation.running).toBe(1)
    await clock.advance(1)

    await expect(answer).resolves.toMatchObject(outcome)
    expect(operation.running).toBe(running)
  })

  it('that is deaf may hang for ever', async () => {
    const clock = virtualClock()
    const { controller, call } = controllerOf()
    const operation = scripted([hangs({ isDeaf: true })], { clock })

    void operation(call)
    controller.abort('enough')
    await clock.advance(3_600_000)

    expect(operation.running).toBe(1)
  })

  it('leaves no listener on the signal when it has ended', async () => {
    const { call } = controllerOf()
    const [added, removed] = [vi.spyOn(call.signal, 'addEventListener'), vi.spyOn(call.signal, 'removeEventListener')]

    await scripted([resolves('up')])(call)

    expect(added.mock.calls.length).toBe(removed.mock.calls.length)
  })
})
