import { type ResilientFetchOptions, requestOf } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { permanent } from '@holdfast/retry'
import { describe, expect, it, vi } from 'vitest'
import { client, ended, ORIGIN, sentAt } from './client.ts'
import { refused, reset } from './network-errors.ts'
import { answers, fails, type Turn } from './scripted-fetch.ts'

const post = { method: 'POST', body: 'kelp' }

async function calls(turns: readonly Turn[], retry: ResilientFetchOptions['retry'], init = {}): Promise<number> {
  const { api, clock, fetch } = client(turns, { retry })
  await ended(clock, api(ORIGIN, init)).catch(() => {})
  return fetch.sent.length
}

describe('handles', () => {
  it('decides on errors in place of the preset', async () => {
    const broken = [fails(reset()), fails(reset()), fails(reset())]

    expect(await calls(broken, { handles: () => true }, post)).toBe(3)
    expect(await calls(broken, { handles: () => false })).toBe(1)
  })

  it('leaves answers to the preset', async () => {
    expect(await calls([answers(503), answers(200)], { handles: () => false })).toBe(2)
    expect(await calls([answers(503)], { handles: () => true }, post)).toBe(1)
  })

  it('is told the error, the attempt, and which request it is', async () => {
    const errors = [refused(), reset()]
    const told: unknown[] = []
    const { api, clock } = client([...errors.map(fails), answers(200)], {
      retry: {
        handles: ({ error, attempt, call }) => {
          const request = requestOf(call)
          told.push([error, attempt, request?.key, request?.method])
          return true
        },
      },
    })

    await ended(clock, api(`${ORIGIN}/kelp`, { method: 'put' }))

    expect(told).toEqual([
      [errors[0], 1, ORIGIN, 'PUT'],
      [errors[1], 2, ORIGIN, 'PUT'],
    ])
  })

  it('is not asked about an error that is marked permanent, nor about an open circuit', async () => {
    const handles = vi.fn(() => true)
    const { api, clock } = client([fails(permanent(reset())), answers(200)], { retry: { handles } })

    await rejectionOf(ended(clock, api(ORIGIN)))
    api.breakerOf(ORIGIN)?.isolate()
    await rejectionOf(ended(clock, api(ORIGIN)))

    expect(handles).not.toHaveBeenCalled()
  })

  it.each(['handles', 'handlesResult'] as const)('that answers with a promise is an error: %s', async predicate => {
    const retry = { [predicate]: async () => true }
    const { api, clock } = client([predicate === 'handles' ? fails(reset()) : answers(503)], { retry })

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(rejection).toBeInstanceOf(TypeError)
    expect((rejection as Error).message).toContain(`fetch.retry: ${predicate}`)
  })
})

describe('handlesResult', () => {
  const isPending = ({ status }: { readonly status: number }): boolean => status === 202

  it('decides on answers in place of the preset', async () => {
    expect(await calls([answers(202), answers(200)], { handlesResult: isPending }, post)).toBe(2)
    expect(await calls([answers(503)], { handlesResult: isPending })).toBe(1)
  })

  it('leaves errors to the preset', async () => {
    expect(await calls([fails(reset()), answers(200)], { handlesResult: isPending })).toBe(2)
    expect(await calls([fails(reset())], { handlesResult: () => true }, post)).toBe(1)
  })

  it('is told the answer itself', async () => {
    const answer = new Response('later', { status: 202 })
    const told: unknown[] = []
    const { api, clock } = client([() => answer], { retry: { handlesResult: given => told.push(given) === 0 } })

    await ended(clock, api(ORIGIN))

    expect(told).toEqual([answer])
  })

  it('gets the same waits as all else', async () => {
    const made = client([answers(202, { 'retry-after': '2' }), answers(202), answers(200)], {
      random: () => 0.5,
      retry: { handlesResult: isPending },
    })

    await ended(made.clock, made.api(ORIGIN))

    expect(sentAt(made)).toEqual([0, 2_500, 2_600])
  })
})
