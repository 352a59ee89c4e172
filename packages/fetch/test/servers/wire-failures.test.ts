import { closeBeforeHeaders, faultServer, ok, redirect, resetBeforeHeaders, step } from '@holdfast/fault-server'
import { type ResilientInit, resilientFetch, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { type Fetch, platforms } from './platforms.ts'

interface Failure {
  readonly failure: string
  readonly url: string
  readonly init?: ResilientInit
  /** How many attempts a GET makes, and a POST. */
  readonly attempts: readonly [get: number, post: number]
}

/** Counts the requests that it makes. */
function counted(fetch: Fetch) {
  let calls = 0
  const count: Fetch = (input, init) => {
    calls++
    return fetch(input, init)
  }
  return { count, calls: () => calls }
}

const failures: readonly Failure[] = [
  { failure: 'a port that refuses', url: 'http://127.0.0.1:2/', attempts: [3, 3] },
  { failure: 'a connection that is reset', url: '/reset', attempts: [3, 1] },
  { failure: 'a connection that is closed', url: '/close', attempts: [3, 1] },
  { failure: 'a server that speaks no HTTP', url: '/garbage', attempts: [1, 1] },
  { failure: 'a certificate that nobody has signed', url: 'https:/ok', attempts: [1, 1] },
  { failure: 'TLS to a server without it', url: 'plain:/ok', attempts: [1, 1] },
  { failure: 'a port that fetch does not allow', url: 'http://127.0.0.1:25/', attempts: [1, 1] },
  { failure: 'redirects without an end', url: '/loop', attempts: [1, 1] },
  { failure: 'a redirect that was not allowed', url: '/loop', init: { redirect: 'error' }, attempts: [1, 1] },
  { failure: 'a header that cannot be sent', url: '/ok', init: { headers: { kelp: '\n\0' } }, attempts: [0, 0] },
  { failure: 'a method that fetch does not allow', url: '/ok', init: { method: 'TRACE' }, attempts: [1, 1] },
]

const rows = failures.flatMap(({ attempts: [get, post], ...failure }) => [
  { ...failure, method: 'GET', attempts: get },
  { ...failure, method: 'POST', attempts: post },
])

describe.each(platforms)('what goes wrong on the wire, by way of $platform', ({ fetch }) => {
  it.each(rows)(
    '$method, $failure: $attempts attempts, and the error of the platform',
    async ({ url, init, ...row }) => {
      await using plain = await faultServer()
      await using secure = await faultServer({ protocol: 'https' })
      plain.script('/reset', [resetBeforeHeaders()])
      plain.script('/close', [closeBeforeHeaders()])
      plain.script('/garbage', [step('garbage', ({ connection }) => void connection.speaksOver.end('kelp\r\n\r\n'))])
      plain.script('/loop', [redirect('/loop')])
      plain.script('/ok', [ok()])
      const address = url
        .replace(/^\//, `${plain.url}/`)
        .replace('https:/ok', `${secure.url}/ok`)
        .replace('plain:', plain.url.replace('http:', 'https:'))
      const { count, calls } = counted(fetch)
      const api = resilientFetch({ fetch: count, random: () => 0 })

      const error = (await rejectionOf(api(address, { method: row.method, ...init }))) as Error
      const bare = (await rejectionOf(fetch(address, { method: row.method, ...init } as RequestInit))) as Error

      expect(calls()).toBe(row.attempts)
      expect([error.name, error.message, (error.cause as Error | undefined)?.message]).toEqual([
        bare.name,
        bare.message,
        (bare.cause as Error | undefined)?.message,
      ])
      if (row.attempts > 0) expect(retryInfo(error)?.attempts).toBe(row.attempts)
    },
  )
})
