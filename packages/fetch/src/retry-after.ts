import { systemClock } from '@holdfast/core'
import { type HeaderSource, headerOf, type WithHeaders } from '@holdfast/core/kernel'
import { httpDateMs } from './http-date.ts'

/**
 * How long a server asks to wait, in milliseconds, at least 0; undefined where it does not say. `Retry-After` counts, in
 * seconds or as one of the three HTTP dates, which is compared with the server's own `Date` where it sent one; else
 * the `t` of a `RateLimit` field that has nothing left (draft-ietf-httpapi-ratelimit-headers). What is neither is ignored.
 *
 * @example
 * if (response.status === 429) await setTimeout(retryAfterMs(response) ?? 1_000)
 */
export function retryAfterMs(
  from: WithHeaders | HeaderSource,
  epochMs: number = systemClock.epochMs(),
): number | undefined {
  const headers = headersOf(from)
  const retryAfter = headerOf(headers, 'retry-after')
  return (
    (retryAfter === undefined ? undefined : askedMs(retryAfter.trim(), headers, epochMs)) ??
    resetMs(headerOf(headers, 'ratelimit'))
  )
}

function headersOf(from: WithHeaders | HeaderSource): HeaderSource {
  const { headers } = from as Partial<WithHeaders>
  // A plain object of headers may have one of that name: text, or a list of texts.
  return typeof headers === 'object' && headers !== null && !Array.isArray(headers) ? headers : (from as HeaderSource)
}

function askedMs(retryAfter: string, headers: HeaderSource, epochMs: number): number | undefined {
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1_000
  const untilMs = httpDateMs(retryAfter, epochMs)
  if (untilMs === undefined) return undefined
  const sentMs = httpDateMs(headerOf(headers, 'date')?.trim() ?? '', epochMs)
  return Math.max(0, untilMs - (sentMs ?? epochMs))
}

/** Of `"burst";r=0;t=5, "day";r=90;t=3600` the 5 s: the longest of those that have nothing left. */
function resetMs(rateLimit: string | undefined): number | undefined {
  const exhausted = quotas(rateLimit ?? '').filter(({ left }) => left === 0)
  if (exhausted.length === 0) return undefined
  return Math.max(...exhausted.map(({ resetSeconds }) => resetSeconds)) * 1_000
}

/**
 * The members of the list that say both what is left and when that changes. Names are quoted, and may hold
 * anything; a quote without an end reaches to the end.
 */
function quotas(rateLimit: string): { readonly left: number; readonly resetSeconds: number }[] {
  const members = rateLimit.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g, '').split(',')
  return members.flatMap(member => {
    const parameters = new Map(member.split(';').map(parameter => pairOf(parameter.trim())))
    const [left, resetSeconds] = [parameters.get('r'), parameters.get('t')]
    return left === undefined || resetSeconds === undefined ? [] : [{ left, resetSeconds }]
  })
}

function pairOf(parameter: string): [string, number | undefined] {
  const [, name = '', digits] = /^([a-z]+)=(\d{1,15})$/.exec(parameter) ?? []
  return [name, digits === undefined ? undefined : Number(digits)]
}
