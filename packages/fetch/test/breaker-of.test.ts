import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { client, clientOn, ended, ORIGIN } from './client.ts'
import { answers, times } from './scripted-fetch.ts'

describe('breakerOf', () => {
  it('knows the breakers of keys that have been called', async () => {
    const { api, clock } = client([answers(200)])

    await ended(clock, api(ORIGIN))

    expect(api.breakerOf(ORIGIN)?.state).toBe('closed')
    expect(api.breakerOf('https://other.example')).toBeUndefined()
    expect(api.breakers?.size).toBe(1)
  })

  it('keeps one key apart from the other', async () => {
    const { api, clock } = client([...times(5, answers(500)), answers(200)], { retry: false })

    for (let call = 0; call < 5; call++) await ended(clock, api(ORIGIN))
    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))
    const response = await ended(clock, api('https://other.example'))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    expect(response.status).toBe(200)
  })

  it('gives a breaker that can be isolated by hand, and closed again', async () => {
    const { api, clock } = client([answers(200), answers(200)])
    await ended(clock, api(ORIGIN))

    api.breakerOf(ORIGIN)?.isolate({ reason: 'migration' })
    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))
    api.breakerOf(ORIGIN)?.close()
    const response = await ended(clock, api(ORIGIN))

    expect(rejection).toMatchObject({ isolated: true })
    expect(response.status).toBe(200)
  })

  it('is the one for all, where there is one for all', async () => {
    const clock = virtualClock()
    const breaker = circuitBreaker({ clock })
    const { api } = clientOn(clock, [], { breaker })

    expect(api.breakers).toBeUndefined()
    expect(api.breakerOf(ORIGIN)).toBe(breaker)
  })

  it('knows of none where there is none', () => {
    const { api } = client([], { breaker: false })

    expect([api.breakers, api.breakerOf(ORIGIN)]).toEqual([undefined, undefined])
  })

  it('gives what the option made for the key', async () => {
    const clock = virtualClock()
    const made: string[] = []
    const { api } = clientOn(clock, [answers(500), answers(200)], {
      retry: false,
      breaker: key => {
        made.push(key)
        return circuitBreaker({ clock, name: `breaker of ${key}`, trip: consecutiveFailures(1) })
      },
    })

    await ended(clock, api(ORIGIN))
    await ended(clock, api(ORIGIN))

    expect(made).toEqual([ORIGIN])
    expect(api.breakerOf(ORIGIN)?.name).toBe(`breaker of ${ORIGIN}`)
  })
})

describe('maxKeys', () => {
  it('bounds how many there are: the one that was not used for longest makes room', async () => {
    const { api, clock } = client(times(4, answers(200)), { maxKeys: 2 })

    for (const key of ['one', 'two', 'one', 'three']) await ended(clock, api(`https://${key}.example`))

    expect([...(api.breakers?.entries() ?? [])].map(([key]) => key)).toEqual([
      'https://one.example',
      'https://three.example',
    ])
  })
})
