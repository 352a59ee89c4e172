import { patternOf, sha256 } from '@holdfast/fault-server'
import type { ResilientInit } from '@holdfast/fetch'
import { chunksOf } from '../servers/chunks-of.ts'
import { streamOf } from '../servers/stream-of.ts'
import { type Lots, lots } from './lots.ts'

/** One call of the campaign. */
export interface PlannedCall {
  readonly number: number
  readonly path: string
  readonly init: ResilientInit
  /** Whether its method, or its key, lets it be carried out twice. */
  readonly isIdempotent: boolean
  readonly bodySha256: string
  readonly read: (response: Response) => Promise<unknown>
  /** Turns of the event loop after which its caller gives up; undefined for most, who do not. */
  readonly patience: number | undefined
}

const bytes = (length: number): Uint8Array<ArrayBuffer> => Buffer.concat([...patternOf(length)])

type MakeBody = (length: number) => ResilientInit['body']

const bodies: readonly (readonly [number, MakeBody | undefined])[] = [
  [2, undefined],
  [
    3,
    length =>
      Buffer.from(bytes(length))
        .toString('latin1')
        .replace(/[^\0-\x7f]/g, ''),
  ],
  [2, bytes],
  [2, length => new Blob([bytes(length)])],
  [2, length => streamOf(patternOf(length))],
  [1, length => () => streamOf(patternOf(length))],
  [1, length => async () => bytes(length)],
]

const reads: readonly (readonly [number, PlannedCall['read']])[] = [
  [6, response => response.text()],
  [2, async ({ body }) => (await chunksOf(body)).join('')],
  [1, async response => (await Promise.all([response.clone().text(), response.text()]))[0]],
  [1, async ({ body }) => body?.cancel()],
]

/** The key stands for those of a server that knows them. */
const methods: readonly (readonly [number, { readonly method: string; readonly key?: string }])[] = [
  [3, { method: 'GET' }],
  [1, { method: 'HEAD' }],
  [1, { method: 'DELETE' }],
  [2, { method: 'PUT' }],
  [3, { method: 'POST' }],
  [1, { method: 'PATCH' }],
  [2, { method: 'POST', key: '"kelp"' }],
]

export function plannedCall(number: number, seed: number): PlannedCall {
  const drawn = lots(seed, number)
  const { method, key } = drawn.pick(methods)
  const body = method === 'GET' || method === 'HEAD' ? undefined : bodyBy(drawn)
  const isIdempotent = key !== undefined || !['POST', 'PATCH'].includes(method)
  return {
    number,
    path: `/${number}`,
    init: { method, body: body?.make(), headers: key === undefined ? {} : { 'idempotency-key': key } },
    isIdempotent,
    bodySha256: body?.sha256 ?? sha256(''),
    read: drawn.pick(reads),
    patience: drawn.below(30) === 0 ? drawn.below(40) : undefined,
  }
}

function bodyBy(drawn: Lots) {
  const length = drawn.below(5_000)
  const make = drawn.pick(bodies)
  if (make === undefined) return undefined
  const made = make(length)
  const text = typeof made === 'string' ? made : undefined
  return { make: () => text ?? make(length), sha256: sha256(text ?? bytes(length)) }
}
