import {
  type FaultServer,
  faultServer,
  hangBeforeHeaders,
  ok,
  resetBeforeHeaders,
  type Step,
  status,
} from '@holdfast/fault-server'
import { resilientFetch, retryInfo } from '@holdfast/fetch'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { type BodyKind, bodyKinds } from './body-kinds.ts'
import { type Fetch, type Platform, platforms } from './platforms.ts'

/** Nothing listens there, and nothing ever will that gets its port by chance. */
const REFUSING = 'http://127.0.0.1:2'

interface Fault {
  readonly fault: string
  readonly steps: readonly [Step, ...Step[]]
  /** Whether the server has not seen the first attempt. */
  readonly isUnseen: boolean
  /** How the call ends, if that attempt is the only one. */
  readonly end: unknown
  /** Lets the time pass that the fault needs. */
  readonly pass?: (server: FaultServer, clock: VirtualClock) => Promise<void>
}

const faults: readonly Fault[] = [
  { fault: 'a reset', steps: [resetBeforeHeaders(), ok()], isUnseen: false, end: { cause: { code: 'ECONNRESET' } } },
  { fault: 'a 503', steps: [status(503), ok()], isUnseen: false, end: { status: 503 } },
  {
    fault: 'a timeout',
    steps: [hangBeforeHeaders(), ok()],
    isUnseen: false,
    end: { code: 'ERR_HOLDFAST_TIMEOUT', phase: 'attempt' },
    async pass(server, clock) {
      await (await server.arrived('/kelp')).bodyEnded
      await clock.advance(8_000)
    },
  },
  { fault: 'a refused connection', steps: [ok()], isUnseen: true, end: { cause: { code: 'ECONNREFUSED' } } },
]

const methods = [
  { method: 'PUT', headers: {}, isIdempotent: true },
  { method: 'POST', headers: {}, isIdempotent: false },
  { method: 'POST', headers: { 'idempotency-key': '"kelp"' }, isIdempotent: true },
]

const rows = faults.flatMap(({ fault, ...more }) =>
  methods.flatMap(({ method, headers, isIdempotent }) =>
    bodyKinds.map(({ kind, ...body }) => {
      const isRepeated = more.isUnseen || isIdempotent
      const recovers = isRepeated && (more.isUnseen || body.isReplayed)
      const key = 'idempotency-key' in headers ? ' and a key' : ''
      const ending = recovers ? 'once more, to the last byte' : 'once'
      const title = `${method} of ${kind}${key}, after ${fault}: ${ending}`
      return { ...more, ...body, method, headers, isRepeated, recovers, title }
    }),
  ),
)

/** Its first connection is refused. */
function refusedOnce(fetch: Fetch): Fetch {
  let hasBeenRefused = false
  return (input, init) => {
    if (hasBeenRefused) return fetch(input, init)
    hasBeenRefused = true
    const { method = 'GET' } = input instanceof URL || typeof input === 'string' ? { ...init } : input
    return fetch(REFUSING, { ...init, method })
  }
}

function sentWith(platform: Platform, url: string, make: BodyKind['make'], init: RequestInit) {
  const made = make(platform)
  if ('body' in made) return { input: url, init: { ...init, body: made.body } }
  const options: RequestInit & { duplex: 'half' } = { ...init, body: made.request, duplex: 'half' }
  return { input: new platform.Request(url, options), init: {} }
}

describe.each(platforms)('a body by way of $platform is sent', platform => {
  it.each(rows)(
    '$title',
    async ({ steps, pass, isUnseen, end, make, method, headers, isRepeated, recovers, ...row }) => {
      await using server = await faultServer()
      server.script('/kelp', steps)
      const clock = virtualClock()
      const fetch = isUnseen ? refusedOnce(platform.fetch) : platform.fetch
      const api = resilientFetch({ fetch, clock, random: () => 0 })
      api.policy.subscribe(({ type }) => type === 'retry.scheduled' && void clock.advance(1))
      const { input, init } = sentWith(platform, `${server.url}/kelp`, make, { method, headers })

      const answer = api(input, init).catch((error: unknown) => error)
      await pass?.(server, clock)
      const outcome = (await answer) as Response | Error

      const bodies = server.requests.map(({ body }) => [body.state, body.sha256])
      const sent = ['complete', row.sha256 ?? server.requests[0]?.body.sha256]
      expect(outcome).toMatchObject(recovers ? { status: 200 } : (end as object))
      expect(bodies).toEqual(recovers && !isUnseen ? [sent, sent] : [sent])
      expect(retryInfo(outcome)?.stopped === 'body').toBe(isRepeated && !recovers)
      expect(new Set(server.requests.map(request => request.headers['content-type'])).size).toBe(1)
    },
  )
})
