import { Readable } from 'node:stream'
import { patternOf, sha256 } from '@holdfast/fault-server'
import type { ResilientInit } from '@holdfast/fetch'
import type { Platform } from './platforms.ts'
import { streamOf } from './stream-of.ts'

type Body = ResilientInit['body']

export interface BodyKind {
  readonly kind: string
  /** Whether it can be sent as often as need be, and not only as long as nothing of it has been. */
  readonly isReplayed: boolean
  /** Of the bytes that the server is to get; undefined where platforms choose some of them. */
  readonly sha256: string | undefined
  /** The body, as an option of fetch or as that of a `Request`. */
  readonly make: (platform: Platform) => { readonly body: Body } | { readonly request: BodyInit }
}

const KEPT_AT_MOST = 1_048_576

const chunksOf = (length: number): Uint8Array[] => [...patternOf(length)]
const bytesOf = (length: number): Buffer<ArrayBuffer> => Buffer.concat(chunksOf(length))
const streamOfLength = (length: number): ReadableStream => streamOf(patternOf(length))

function byteStreamOf(length: number): ReadableStream {
  const chunks = chunksOf(length).map(chunk => chunk.slice())
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
      if (chunk === undefined) controller.byobRequest?.respond(0)
    },
  })
}

async function* generated(length: number): AsyncGenerator<Uint8Array> {
  yield* chunksOf(length)
}

function formOf({ FormData }: Platform): FormData {
  const form = new FormData()
  form.append('kelp', 'giant')
  form.append('leaf', new File(['green'], 'leaf.txt', { type: 'text/plain' }))
  return form
}

/** A part of what it lies in. */
const part = (): Uint8Array<ArrayBuffer> => Uint8Array.from(bytesOf(1_000)).subarray(251, 753)

const text = sha256('kelp')
const form = sha256('kelp=giant&depth=12')
const few = sha256(patternOf(1_000))
const many = sha256(patternOf(300_000))
const most = sha256(patternOf(KEPT_AT_MOST))
const tooMany = sha256(patternOf(KEPT_AT_MOST + 1))

const replayed = (kind: string, hash: string | undefined, make: BodyKind['make']): BodyKind => ({
  kind,
  isReplayed: true,
  sha256: hash,
  make,
})
const once = (kind: string, hash: string, make: BodyKind['make']): BodyKind => ({
  kind,
  isReplayed: false,
  sha256: hash,
  make,
})

/** All that fetch takes as a body, and what Holdfast takes besides. */
export const bodyKinds: readonly BodyKind[] = [
  replayed('no body', sha256(''), () => ({ body: null })),
  replayed('a string', text, () => ({ body: 'kelp' })),
  replayed('an empty string', sha256(''), () => ({ body: '' })),
  replayed('URLSearchParams', form, () => ({ body: new URLSearchParams({ kelp: 'giant', depth: '12' }) })),
  replayed('an ArrayBuffer', few, () => ({ body: new Uint8Array(bytesOf(1_000)).buffer })),
  replayed('a Buffer', few, () => ({ body: bytesOf(1_000) })),
  replayed('a part of a typed array', sha256(part()), () => ({ body: part() })),
  replayed('a DataView', sha256(part()), () => ({ body: new DataView(part().buffer, 251, 502) })),
  replayed('a Blob', many, () => ({ body: new Blob(chunksOf(300_000) as BlobPart[]) })),
  replayed('a form', undefined, platform => ({ body: formOf(platform) })),
  replayed('a Request without a body', sha256(''), () => ({ request: '' })),
  replayed('a Request of a string', text, () => ({ request: 'kelp' })),
  replayed('a Request of a form', undefined, platform => ({ request: formOf(platform) })),
  replayed('a Request of a stream', many, () => ({ request: streamOfLength(300_000) })),
  replayed('a Request of as many bytes as are kept', most, () => ({ request: streamOfLength(KEPT_AT_MOST) })),
  once('a Request of more bytes than are kept', tooMany, () => ({ request: streamOfLength(KEPT_AT_MOST + 1) })),
  once('a stream', many, () => ({ body: streamOfLength(300_000) })),
  once('a stream of bytes', many, () => ({ body: byteStreamOf(300_000) })),
  once('a stream of Node', many, () => ({ body: Readable.from(chunksOf(300_000)) })),
  once('an async generator', many, () => ({ body: generated(300_000) })),
  replayed('a function that makes a string', text, () => ({ body: () => 'kelp' })),
  replayed('a function that makes a stream', many, () => ({ body: () => streamOfLength(300_000) })),
  replayed('a function that makes a stream of Node', many, () => ({ body: () => Readable.from(chunksOf(300_000)) })),
  replayed('a function that promises a stream', many, () => ({ body: () => Promise.resolve(streamOfLength(300_000)) })),
]
