import { faultServer, largeBody, ok } from '@holdfast/fault-server'
import { resilientFetch } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { chunksOf } from './chunks-of.ts'
import { type Fetch, platforms } from './platforms.ts'

const answers = { 'a short body': ok('kelp'), 'a long body': largeBody(500_000), 'no body': ok() }

const reads: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
  text: response => response.text(),
  'a stream': ({ body }) => chunksOf(body),
  'a copy': response => Promise.all([response.clone().text(), response.text()]),
}

const rows = Object.entries(answers).flatMap(([answer, step]) =>
  Object.entries(reads).map(([way, read]) => ({ answer, step, way, read })),
)

describe.each(platforms)('calls one after the other by way of $platform', ({ fetch }) => {
  it.each(rows)('use the connections that they use without Holdfast: $answer, read as $way', async ({ step, read }) => {
    const connectionsOf = async (client: Fetch): Promise<number[]> => {
      await using server = await faultServer()
      server.script('/kelp', [step])
      for (let call = 0; call < 10; call++) await read(await client(`${server.url}/kelp`))
      return server.requests.map(({ connection }) => connection)
    }

    expect(await connectionsOf(resilientFetch({ fetch }))).toEqual(await connectionsOf(fetch))
  })
})
