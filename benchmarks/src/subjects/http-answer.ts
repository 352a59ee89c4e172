import type { ServerResponse } from 'node:http'

/** What the servers answer: about 200 bytes of JSON. */
export const order = {
  id: '2b1f0c3e',
  items: ['A-17', 'B-4', 'C-901'].map((article, at) => ({ article, count: at + 1, priceCents: 1_299 * (at + 1) })),
  isPaid: true,
}

const json = Buffer.from(JSON.stringify(order))
const headers = { 'content-type': 'application/json', 'content-length': json.length }

export function answer(response: ServerResponse): void {
  response.writeHead(200, headers).end(json)
}
