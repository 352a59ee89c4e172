import { faultServer, largeBody, ok, patternOf, sha256 } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { outputOf } from './child-process.ts'

const GIB = 1_073_741_824

/** More than the buffers of any platform need, and a fifth of what is moved. */
const MOST_GROWTH = 200_000_000

describe('ky#831: memory does not grow with what is moved', () => {
  it('1 GiB is downloaded to the last byte by way of the global fetch', { timeout: 120_000 }, async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok(), largeBody(GIB)])

    const output = await outputOf('transfers.ts', 'download', 'the global fetch', `${server.url}/kelp`, String(GIB))
    const { result, grewBy } = JSON.parse(output) as { result: number; grewBy: number }

    expect(result).toBe(GIB)
    expect(grewBy).toBeLessThan(MOST_GROWTH)
  })

  // Not by way of the fetch of Node 24, which keeps all of a stream for redirects (undici 7), with or without Holdfast.
  it('1 GiB is uploaded to the last byte by way of undici.fetch', { timeout: 120_000 }, async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok()])

    const output = await outputOf('transfers.ts', 'upload', 'undici.fetch', `${server.url}/kelp`, String(GIB))
    const { result, grewBy } = JSON.parse(output) as { result: number; grewBy: number }

    expect(result).toBe(200)
    expect(server.requests[1]?.body.sha256).toBe(sha256(patternOf(GIB)))
    expect(grewBy).toBeLessThan(MOST_GROWTH)
  })
})
