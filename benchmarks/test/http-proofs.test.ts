import { describe, expect, it } from 'vitest'
import { bareFetch } from '../src/subjects/http-bare.ts'
import { fetchByHand } from '../src/subjects/http-by-hand.ts'
import type { Client, Get } from '../src/subjects/http-client.ts'
import { proveFamily } from '../src/subjects/http-proofs.ts'

const bare = bareFetch(fetch)

function family(make: () => Get): Parameters<typeof proveFamily>[0] {
  const client: Client = { hasTotal: true, make }
  return { name: 'fetch', bare, clients: { subject: client } }
}

async function attempted(url: string, times: number): Promise<unknown> {
  try {
    return await bare(url)
  } catch (error) {
    if (times === 1) throw error
    return attempted(url, times - 1)
  }
}

describe('proveFamily', () => {
  it('accepts who does the work', async () => {
    const clients = { 'by hand': fetchByHand(fetch) }

    await expect(proveFamily({ name: 'fetch', bare, clients })).resolves.toBeUndefined()
  })

  it('finds out who does not try again', async () => {
    await expect(proveFamily(family(() => bare))).rejects.toThrow('the server answered 503')
  })

  it('finds out who tries more than three times', async () => {
    await expect(proveFamily(family(() => url => attempted(url, 4)))).rejects.toThrow(
      'fetch: subject, where a server fails, makes another number of requests',
    )
  })

  it('finds out who reads something else', async () => {
    const head = async (url: string): Promise<unknown> => (await fetch(url)).headers

    await expect(proveFamily(family(() => head))).rejects.toThrow('fetch: subject does not read the answer')
  })

  it('finds out who makes a connection for each request', async () => {
    const get = async (url: string): Promise<unknown> => (await fetch(url, { headers: { connection: 'close' } })).json()

    await expect(proveFamily(family(() => get))).rejects.toThrow('makes 10 connections for 10 requests')
  })

  it('finds out a bare request that tries again', async () => {
    const again: Get = url => attempted(url, 2)

    await expect(proveFamily({ name: 'fetch', bare: again, clients: {} })).rejects.toThrow(
      'fetch: bare, where a server fails, makes another number of requests',
    )
  })
})
