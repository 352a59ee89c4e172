import { Agent, fetch as fetchOfUndici } from 'undici'
import { bareFetch, bareRequest, type Fetch } from './http-bare.ts'
import { fetchByHand, requestByHand } from './http-by-hand.ts'
import type { Family } from './http-client.ts'
import { holdfastAround, holdfastInterceptor } from './http-holdfast.ts'
import { axiosClient, gotClient, kyClient, retryAgent } from './http-others.ts'

const { fetch } = globalThis
const undiciFetch = fetchOfUndici as unknown as Fetch
const agent = new Agent()

export const families: readonly Family[] = [
  {
    name: 'fetch',
    bare: bareFetch(fetch),
    clients: {
      holdfast: holdfastAround(fetch),
      'by hand': fetchByHand(fetch),
      ky: kyClient,
      got: gotClient,
      'axios + axios-retry': axiosClient,
    },
  },
  {
    name: 'fetch of undici',
    bare: bareFetch(undiciFetch),
    clients: { holdfast: holdfastAround(undiciFetch), 'by hand': fetchByHand(undiciFetch) },
  },
  {
    name: 'request of undici',
    bare: bareRequest(agent),
    clients: { holdfast: holdfastInterceptor(agent), 'by hand': requestByHand(agent), RetryAgent: retryAgent },
  },
]
