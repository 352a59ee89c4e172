import process from 'node:process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ORIGIN, promptClient } from './client.ts'
import { answers, reads } from './scripted-fetch.ts'

interface Encoded {
  readonly type: string | null
  readonly text: string
}

const BOUNDARY = /^multipart\/form-data; boundary=(.+)$/

/** Type and bytes of a body with another name for its boundary, which is always a new one. */
async function encoded(body: Response | Request): Promise<Encoded> {
  const type = body.headers.get('content-type') ?? ''
  const boundary = BOUNDARY.exec(type)?.[1] ?? 'none'
  const bytes = new Uint8Array(await body.arrayBuffer())
  // One character for each byte, so that bytes are compared, and not what they may mean.
  const text = Array.from(bytes, byte => String.fromCharCode(byte)).join('')
  return { type: type.replaceAll(boundary, '(boundary)'), text: text.replaceAll(boundary, '(boundary)') }
}

/** The requests that a form comes to when its first attempt fails. */
async function sentTwice(form: FormData): Promise<Request[]> {
  const requests: Request[] = []
  const { api, fetch } = promptClient([answers(503), answers(200)])
  await api(ORIGIN, { method: 'PUT', body: form })
  for (const { request } of fetch.sent) requests.push(request)
  return requests
}

const formOf = (entries: readonly (readonly [string, string | File])[]): FormData => {
  const form = new FormData()
  for (const [name, value] of entries) form.append(name, value as string)
  return form
}

describe('a form', () => {
  it.each([
    ['nothing', []],
    ['an empty field', [['', '']]],
    [
      'several fields of one name',
      [
        ['a', '1'],
        ['a', '2'],
        ['b', '3'],
      ],
    ],
    ['line breaks', [['a\nb\rc\r\nd', 'a\nb\rc\r\nd\n\r']]],
    ['quotes', [['say "kelp"', '"kelp" \\"kelp\\"']]],
    ['percent signs', [['%22 %0A', '%0D%0A']]],
    ['text of the world', [['キー', 'værdi 🦑']]],
    ['half a character', [['\ud800', '\udc00']]],
    ['a file', [['file', new File(['kelp'], 'kelp.txt', { type: 'text/plain' })]]],
    ['a file without a type', [['file', new File(['kelp'], 'kelp')]]],
    ['a file with a hostile name', [['file', new File(['x'], 'a"b\r\nContent-Type: text/html\r\n\r\n.txt')]]],
    ['bytes that are no text', [['file', new File([new Uint8Array([0, 255, 13, 10, 45, 45])], 'raw')]]],
  ] as readonly (readonly [string, readonly (readonly [string, string | File])[]])[])(
    'with %s goes out as fetch would send it, on all attempts',
    async (_, entries) => {
      const form = formOf(entries)

      const [first, second] = (await sentTwice(form)) as [Request, Request]
      const expected = await encoded(new Response(form))

      expect(await encoded(first.clone())).toEqual(expected)
      expect(await encoded(second.clone())).toEqual(expected)
    },
  )

  it('goes out as fetch would send it, whatever is in it', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '"', '%', '\\', '\r', '\n', ';', '=', '-', '\0', 'é', '🦑'),
      maxLength: 8,
    })
    // Node leaves an empty name of a file out, against the HTML Standard: it would be a field then.
    const named = text.filter(name => name !== '')
    const file = fc
      .tuple(fc.uint8Array({ maxLength: 8 }), named, fc.constantFrom('', 'text/plain', 'image/png'))
      .map(([bytes, name, type]) => new File([bytes], name, { type }))
    const entries = fc.array(fc.tuple(text, fc.oneof(text, file)), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(entries, async given => {
        const form = formOf(given)
        const [first] = (await sentTwice(form)) as [Request]
        expect(await encoded(first)).toEqual(await encoded(new Response(form)))
      }),
    )
  })

  it('names files that have an empty name, so that they remain files', async () => {
    const [first] = (await sentTwice(formOf([['file', new File([], '')]]))) as [Request]

    expect((await first.formData()).get('file')).toBeInstanceOf(File)
  })

  it('has the same boundary on all attempts, and another one in the next call', async () => {
    const form = formOf([['a', '1']])

    const [first, second] = await sentTwice(form)
    const [other] = await sentTwice(form)

    const [type, again, another] = [first, second, other].map(request => request?.headers.get('content-type'))
    expect(again).toBe(type)
    expect(another).not.toBe(type)
    expect(await second?.text()).toBe(await first?.text())
  })

  it('can be read as the form that it was', async () => {
    const form = formOf([
      ['say "kelp"\n', 'a\r\nb'],
      ['file', new File(['kelp'], 'kelp.txt', { type: 'text/plain' })],
    ])

    const [first] = (await sentTwice(form)) as [Request]
    const read = await first.formData()

    expect(read.get('file')).toEqual(expect.objectContaining({ name: 'kelp.txt', type: 'text/plain', size: 4 }))
    expect([...read.keys()]).toHaveLength(2)
  })

  it('is what it was when the call was made', async () => {
    const { api, fetch } = promptClient([reads(answers(503)), reads(answers(200))])
    const form = formOf([['a', 'kelp']])

    const answer = api(ORIGIN, { method: 'PUT', body: form })
    form.set('a', 'wrack')
    await answer

    expect(fetch.sent.map(({ text }) => text?.includes('kelp'))).toEqual([true, true])
  })

  it('does not bring its files into memory', async () => {
    const part = new Blob([new Uint8Array(2 ** 24)])
    const file = new Blob(Array.from({ length: 64 }, () => part))
    const bodies: unknown[] = []
    const { api } = promptClient([], {
      fetch: async (_, init) => {
        bodies.push(init?.body)
        return new Response()
      },
    })
    const form = new FormData()
    form.append('file', file)

    const before = process.memoryUsage().arrayBuffers
    await api(ORIGIN, { method: 'PUT', body: form })
    const grown = process.memoryUsage().arrayBuffers - before

    expect((bodies[0] as Blob).size).toBeGreaterThan(2 ** 30)
    expect(grown).toBeLessThan(2 ** 24)
  })
})
