import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import type { Undici } from './undicis.ts'

/** A kind of body, made anew for each test. */
export interface BodyKind {
  readonly kind: string
  readonly make: (undici: Undici) => unknown
}

export const TEXT = 'one tea, one kelp salad'

const bytes = (): Uint8Array<ArrayBuffer> => new TextEncoder().encode(TEXT)

async function* chunks(): AsyncGenerator<Buffer> {
  yield Buffer.from(TEXT.slice(0, 7))
  yield Buffer.from(TEXT.slice(7))
}

function form({ FormData }: Undici): FormData {
  const made = new FormData()
  made.set('order', TEXT)
  made.set('list', new File([TEXT], 'list "1".txt', { type: 'text/plain' }))
  return made as unknown as FormData
}

/** Read as often as it takes. */
export const repeatableBodies: BodyKind[] = [
  { kind: 'a string', make: () => TEXT },
  { kind: 'a Buffer', make: () => Buffer.from(TEXT) },
  { kind: 'a part of an array of bytes', make: () => new TextEncoder().encode(`--${TEXT}--`).subarray(2, -2) },
  { kind: 'a DataView', make: () => new DataView(bytes().buffer) },
  { kind: 'an ArrayBuffer', make: () => bytes().buffer },
  { kind: 'a Blob', make: () => new Blob([TEXT]) },
  { kind: 'a form', make: form },
]

/** Read once. */
export const singleBodies: BodyKind[] = [
  { kind: 'a Node stream', make: () => Readable.from(chunks()) },
  { kind: 'a web stream', make: () => ReadableStream.from(chunks()) },
  { kind: 'an async iterable', make: chunks },
  { kind: 'an iterable', make: () => [Buffer.from(TEXT)].values() },
]

/** undici's fetch turns all bodies into iterables before any interceptor sees them. */
export const fetchBodies: BodyKind[] = [
  { kind: 'a string', make: () => TEXT },
  { kind: 'an array of bytes', make: bytes },
  { kind: 'a Blob', make: () => new Blob([TEXT]) },
  { kind: 'a form', make: form },
  { kind: 'URLSearchParams', make: () => new URLSearchParams({ order: TEXT }) },
  { kind: 'a web stream', make: () => ReadableStream.from(chunks()) },
]
