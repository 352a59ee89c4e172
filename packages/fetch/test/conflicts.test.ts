import type { ResilientInit } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { refused, reset } from './network-errors.ts'
import { answers, fails, hangs, type Turn } from './scripted-fetch.ts'

const keyed: ResilientInit = { method: 'POST', body: 'kelp', headers: { 'idempotency-key': '"7"' } }
const conflict = answers(409)

async function statusOf(turns: readonly Turn[], init: ResilientInit, options = {}): Promise<number> {
  const { api, clock } = client(turns, options)
  return (await ended(clock, api(ORIGIN, init))).status
}

describe('409', () => {
  it.each<readonly [string, Turn]>([
    ['a broken connection', fails(reset())],
    ['an attempt that took too long', hangs()],
    ...[408, 500, 502, 503, 504].map((status): [string, Turn] => [`${status}`, answers(status)]),
  ])('is repeated after %s, with a key: the first attempt may still be carried out', async (_, uncertain) => {
    expect(await statusOf([uncertain, conflict, answers(201)], keyed)).toBe(201)
  })

  it('is repeated with the key that was added here', async () => {
    const init = { method: 'POST', body: 'kelp' }

    expect(await statusOf([fails(reset()), conflict, answers(201)], init, { idempotencyKey: 'auto' })).toBe(201)
  })

  it('is repeated for as long as there are attempts', async () => {
    const turns = [fails(reset()), conflict, conflict, answers(201)]

    expect(await statusOf(turns, keyed, { retry: { maxAttempts: 4 } })).toBe(201)
    expect(await statusOf(turns.slice(0, 3), keyed)).toBe(409)
  })

  it('is the answer where nothing went before it', async () => {
    expect(await statusOf([conflict], keyed)).toBe(409)
  })

  it.each<readonly [string, Turn]>([
    ['refused', fails(refused())],
    ...[421, 425, 429].map((status): [string, Turn] => [`answered with ${status}`, answers(status)]),
  ])('is the answer where the attempt before it was %s: it was not carried out', async (_, certain) => {
    expect(await statusOf([certain, conflict], keyed)).toBe(409)
  })

  it('is the answer without a key, even to a PUT', async () => {
    expect(await statusOf([fails(reset()), conflict], { method: 'PUT', body: 'kelp' })).toBe(409)
  })

  it('is the answer where only a predicate says that the request is idempotent', async () => {
    const init = { method: 'POST', body: 'kelp' }

    expect(await statusOf([fails(reset()), conflict], init, { isIdempotent: () => true })).toBe(409)
  })

  it('is repeated where a predicate says so of a request with a key', async () => {
    expect(await statusOf([fails(reset()), conflict, answers(201)], keyed, { isIdempotent: () => true })).toBe(201)
  })
})

describe('422', () => {
  it('is the answer with a key: it has been used for something else', async () => {
    expect(await statusOf([fails(reset()), answers(422)], keyed)).toBe(422)
  })
})
