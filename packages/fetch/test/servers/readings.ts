/** A way to read a response. */
export interface Reading {
  readonly reading: string
  readonly read: (response: Response) => unknown
}

const decoded = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString('latin1')

async function collected(stream: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream ?? []) chunks.push(chunk)
  return decoded(chunks)
}

async function byReader({ body }: Response): Promise<string> {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) chunks.push(next.value)
  await reader?.closed
  reader?.releaseLock()
  return decoded(chunks)
}

async function byByobReader({ body }: Response): Promise<unknown> {
  const reader = body?.getReader({ mode: 'byob' })
  const parts: Uint8Array[] = []
  let next = await reader?.read(new Uint8Array(1_000))
  for (; next?.done === false; next = await reader?.read(new Uint8Array(1_000))) parts.push(next.value.slice())
  return [decoded(parts), next?.value?.byteLength]
}

async function byPipe({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  await body?.pipeTo(new WritableStream<Uint8Array>({ write: chunk => void chunks.push(chunk) }))
  return decoded(chunks)
}

const byTee = ({ body }: Response): Promise<string[]> => Promise.all((body?.tee() ?? []).map(collected))

const locked = (response: Response): Response => {
  response.body?.getReader()
  return response
}

function copied(response: Response): Response {
  response.clone()
  return response
}

async function partlyRead(response: Response): Promise<Response> {
  const reader = response.body?.getReader()
  await reader?.read()
  reader?.releaseLock()
  return response
}

async function cancelled(response: Response): Promise<Response> {
  await response.body?.cancel('not wanted')
  return response
}

async function consumed(response: Response): Promise<Response> {
  await response.text()
  return response
}

const ways: Readonly<Record<string, Reading['read']>> = {
  'by text': response => response.text(),
  'by json': response => response.json(),
  'by arrayBuffer': response => response.arrayBuffer(),
  'by blob': response => response.blob(),
  'by bytes': response => response.bytes(),
  'by formData': response => response.formData(),
  'by a reader': byReader,
  'by a BYOB reader': byByobReader,
  'by for await': ({ body }) => collected(body),
  'by pipeTo': byPipe,
  'by pipeThrough': ({ body }) => collected(body?.pipeThrough(new TransformStream()) ?? null),
  'by tee': byTee,
  'as the body of another response': ({ body, headers }) => new Response(body, { headers }).text(),
  twice: async response => [await response.text(), await response.text()],
  'twice at once': response => Promise.allSettled([response.text(), response.text()]),
  'while somebody else reads': response => locked(response).text(),
  'after somebody has looked at the body': response => [response.body?.locked, response.bodyUsed, response.text()],
  'after a part': async response => (await partlyRead(response)).text(),
  'in two parts': async response => collected((await partlyRead(response)).body),
  'after a cancel': async response => (await cancelled(response)).text(),
  'by cancel': ({ body }) => body?.cancel('not wanted'),
  'by cancel while somebody else reads': response => locked(response).body?.cancel(),
  'by a reader after text': async response => (await consumed(response)).body?.getReader().read(),
  'by nobody': () => undefined,
  'a copy and then itself': async response => [await response.clone().text(), await response.text()],
  'itself and then a copy': response => {
    const copy = response.clone()
    return Promise.all([response.text(), copy.text()])
  },
  'a copy of a copy': response => response.clone().clone().text(),
  'a copy as a stream': response => collected(response.clone().body),
  'a copy after its body was looked at': response => (response.body?.locked === false ? response.clone().text() : ''),
  'as a stream after it was copied': response => collected(copied(response).body),
  'a body from before a copy': response => {
    const { body } = response
    response.clone()
    return [body?.locked, collected(body)]
  },
  'a copy after text': async response => (await consumed(response)).clone(),
  'a copy while text is read': response => Promise.allSettled([response.text(), (async () => response.clone())()]),
  'a copy while somebody else reads': response => locked(response).clone(),
}

export const readings: readonly Reading[] = Object.entries(ways).map(([reading, read]) => ({ reading, read }))
