import { describe, expect, it } from 'vitest'
import { observedLife } from '../observed-life.ts'

const never = new Promise<never>(() => {})

describe('the closers of a shutdown', () => {
  it('run in reverse order, one after the other, and the flush comes last', async () => {
    const order: string[] = []
    const { life, exits } = observedLife({ flush: () => order.push('flush') })
    const closing = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`)
      await Promise.resolve()
      order.push(`${name} ends`)
    }
    life.onClose('postgres', closing('postgres'))
    life.onClose('redis', closing('redis'))

    await life.shutdown({ reason: 'deploy' })

    expect(order).toEqual(['redis begins', 'redis ends', 'postgres begins', 'postgres ends', 'flush'])
    expect(exits).toEqual([0])
  })

  it('are forgotten by their undo, also when it is called twice', async () => {
    const order: string[] = []
    const { life } = observedLife()
    life.onClose('postgres', () => order.push('postgres'))
    const undo = life.onClose('redis', () => order.push('redis'))

    undo()
    undo()
    await life.shutdown({ reason: 'deploy' })

    expect(order).toEqual(['postgres'])
  })

  it('keep none of the others from being run by what they throw', async () => {
    const order: string[] = []
    const failure = new Error('socket is gone')
    const { life, exits, lines } = observedLife({ flush: () => Promise.reject(failure) })
    life.onClose('postgres', () => order.push('postgres'))
    life.onClose('redis', () => {
      throw failure
    })

    await life.shutdown({ reason: 'deploy' })

    expect(order).toEqual(['postgres'])
    expect(exits).toEqual([1])
    expect(lines.slice(1)).toEqual([
      { level: 'error', message: 'shop: closing redis failed', closer: 'redis', err: failure },
      { level: 'error', message: 'shop: closing telemetry failed', closer: 'telemetry', err: failure },
      {
        level: 'warn',
        message: 'shop: shut down: deploy',
        reason: 'deploy',
        durationMs: 0,
        aborted: { requests: 0, calls: 0 },
        closed: ['redis failed', 'postgres closed', 'telemetry failed'],
      },
    ])
  })

  it('get equal shares of what is left of the time', async () => {
    const begun: [string, number][] = []
    const { life, clock, exits, lines } = observedLife({ closeMs: 3_000, flush: () => begun.push(['flush', passed()]) })
    const startMs = clock.nowMs()
    const passed = (): number => clock.nowMs() - startMs
    const hanging = (name: string) => (): Promise<never> => {
      begun.push([name, passed()])
      return never
    }
    life.onClose('postgres', hanging('postgres'))
    life.onClose('redis', hanging('redis'))

    const end = life.shutdown({ reason: 'deploy' })
    await clock.advance(2_000)
    await end

    expect(begun).toEqual([
      ['redis', 0],
      ['postgres', 1_000],
      ['flush', 2_000],
    ])
    expect(exits).toEqual([1])
    expect(lines.at(-1)).toMatchObject({
      durationMs: 2_000,
      closed: ['redis hung', 'postgres hung', 'telemetry closed'],
    })
  })

  it('that wait for the shutdown hang until their share is over', async () => {
    const { life, clock, exits, lines } = observedLife({ closeMs: 2_000 })
    life.onClose('pool', () => life.shutdown({ reason: 'again' }))

    const end = life.shutdown({ reason: 'deploy' })
    await clock.advance(2_000)
    await end

    expect(exits).toEqual([1])
    expect(lines.at(-1)).toMatchObject({ closed: ['pool hung'] })
  })
})
