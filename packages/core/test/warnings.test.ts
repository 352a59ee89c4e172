import { type AnyPolicy, observe, type PipelineWarning, pipeline } from '@holdfast/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { posing } from './layers.ts'

const breaker = posing('circuit-breaker', {}, { name: 'breaker' })
const fallback = posing('fallback', {}, { name: 'stale' })
const retry = posing('retry', { maxAttempts: 3, maxDelaysMs: 300 }, { name: 'again' })
const timeout = (timeoutMs: number): AnyPolicy => posing('timeout', { timeoutMs }, { name: `${timeoutMs} ms` })

/** What observers are warned of while the test runs. */
function watch(): PipelineWarning[] {
  const warnings: PipelineWarning[] = []
  const stop = observe({
    event: event => {
      if (event.type === 'pipeline.warning') warnings.push(event as PipelineWarning)
    },
  })
  onTestFinished(stop)
  return warnings
}

describe('a pipeline', () => {
  it.each<[string, AnyPolicy[], PipelineWarning['warning'], string]>([
    [
      'attempts that do not fit into the whole',
      [timeout(2_000), retry, timeout(800)],
      'limits-do-not-fit',
      'again may need 2700 ms and has 2000 ms: its last attempts are cut short',
    ],
    [
      'a breaker outside a retry',
      [breaker, retry, timeout(800)],
      'breaker-outside-retry',
      'breaker is outside again and sees one outcome for all its attempts: put it inside',
    ],
    [
      'a retry around a fallback',
      [retry, fallback, timeout(800)],
      'retry-around-fallback',
      'stale is inside again and answers its errors: put it outside',
    ],
    [
      'a retry around nothing',
      [timeout(800), retry],
      'retry-around-nothing',
      'nothing is inside again, so that an attempt may hang: put a timeout inside',
    ],
  ])('warns of %s', (_, members, warning, message) => {
    const warnings = watch()

    pipeline.named('catalogue', ...members)

    expect(warnings).toMatchObject([
      {
        type: 'pipeline.warning',
        policy: { name: 'catalogue', kind: 'pipeline' },
        callId: undefined,
        attempt: undefined,
        warning,
        message,
      },
    ])
  })

  it.each<[string, AnyPolicy[]]>([
    ['the attempts just fit', [timeout(2_700), retry, timeout(800)]],
    ['there is no limit around all', [retry, timeout(800)]],
    ['there is no limit for an attempt', [timeout(2_000), retry, breaker]],
    ['there is no end of attempts', [timeout(2_000), posing('retry', { maxAttempts: Infinity }), timeout(800)]],
    ['a retry does not say how often it calls', [timeout(2_000), posing('retry'), timeout(800)]],
    ['nothing repeats', [breaker, fallback, timeout(800)]],
    ['all is in the usual order', [fallback, timeout(2_700), retry, breaker, timeout(800)]],
    ['members say nothing of themselves', [posing('outer'), retry, posing('inner')]],
    ['there is nothing at all', []],
    ['a retry stands alone', [retry]],
  ])('does not warn when %s', async (_, members) => {
    const warnings = watch()

    await pipeline(...members).run(() => 'up')

    expect(warnings).toEqual([])
  })

  it('goes by the earliest of several limits, on either side', () => {
    const warnings = watch()

    pipeline(timeout(5_000), timeout(2_000), retry, timeout(800), timeout(600))

    expect(warnings.map(({ message }) => message)).toEqual([
      'again may need 2100 ms and has 2000 ms: its last attempts are cut short',
    ])
  })

  it('looks into the pipelines that it is made of', () => {
    const inner = pipeline(retry, timeout(800))
    const warnings = watch()

    pipeline(timeout(2_000), inner)

    expect(warnings.map(({ warning }) => warning)).toEqual(['limits-do-not-fit'])
  })

  it('warns of each kind', () => {
    const warnings = watch()

    pipeline(breaker, timeout(2_000), retry, fallback, timeout(800))

    expect(warnings.map(({ warning }) => warning)).toEqual([
      'limits-do-not-fit',
      'breaker-outside-retry',
      'retry-around-fallback',
    ])
  })

  it('warns once, however often it runs and whoever observes', async () => {
    const warnings = watch()
    const other = watch()

    const layers = pipeline(timeout(800), retry)
    for (let run = 0; run < 3; run++) await layers.run(() => 'up')
    const late = watch()
    await layers.run(() => 'up')

    expect([warnings, other, late].map(({ length }) => length)).toEqual([1, 1, 0])
  })

  it('warns at its next run when nobody observed at first', async () => {
    const layers = pipeline(timeout(800), retry)
    await layers.run(() => 'up')

    const warnings = watch()
    await layers.run(() => 'up')
    await layers.run(() => 'up')

    expect(warnings.map(({ warning }) => warning)).toEqual(['retry-around-nothing'])
  })

  it('does not repeat what a member that is a pipeline has warned of', () => {
    const warnings = watch()

    const inner = pipeline(breaker, retry, timeout(200))
    pipeline(timeout(800), inner)

    expect(warnings.map(({ warning }) => warning)).toEqual(['breaker-outside-retry', 'limits-do-not-fit'])
  })

  it('tells no warning to those who subscribed', () => {
    watch()
    const listener = vi.fn()

    const layers = pipeline(timeout(800), retry)
    layers.subscribe(listener)

    return layers.run(() => 'up').then(() => expect(listener).not.toHaveBeenCalled())
  })
})
