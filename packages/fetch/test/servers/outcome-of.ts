import { sha256 } from '@holdfast/fault-server'

/** What came of something, in a form that can be compared: what it gave, or the class of its error. */
export async function outcomeOf(act: () => unknown): Promise<unknown> {
  try {
    return await comparable(await act())
  } catch (error) {
    return rejection(error)
  }
}

const rejection = (error: unknown) => ({ rejects: (error as Error).name })

/** More than this of a text is of no help to whoever reads a failure. */
const LONGEST = 100

async function comparable(value: unknown): Promise<unknown> {
  if (typeof value === 'string' && value.length > LONGEST) return { length: value.length, sha256: sha256(value) }
  if (value instanceof Promise) return outcomeOf(() => value)
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
    return { is: value.constructor.name, bytes: value.byteLength, sha256: sha256(new Uint8Array(value)) }
  }
  if (value instanceof Blob) return { is: 'Blob', type: value.type, text: await value.text() }
  if (Object.prototype.toString.call(value) === '[object FormData]') return entriesOf(value as FormData)
  if (Array.isArray(value)) return Promise.all(value.map(comparable))
  if (isSettled(value)) return value.status === 'fulfilled' ? comparable(value.value) : rejection(value.reason)
  return value
}

const isSettled = (value: unknown): value is PromiseSettledResult<unknown> =>
  typeof value === 'object' && value !== null && 'status' in value && typeof value.status === 'string'

function entriesOf(form: FormData): Promise<unknown> {
  const entries = [...(form as unknown as Iterable<[string, File | string]>)]
  return Promise.all(
    entries.map(async ([name, value]) => {
      if (typeof value === 'string') return { name, value }
      return { name, file: value.name, type: value.type, text: await value.text() }
    }),
  )
}
