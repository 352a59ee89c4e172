import { type FaultServer, faultServer } from '@holdfast/fault-server'
import { resilientFetch } from '@holdfast/fetch'
import { describe, expect, it } from 'vitest'
import { answers, factsOf } from './answers.ts'
import { outcomeOf } from './outcome-of.ts'
import { type Fetch, platforms } from './platforms.ts'
import { type Reading, readings } from './readings.ts'

const pathOf = (answer: string): string => `/${answer.replaceAll(' ', '-')}`

const requests = [
  ...Object.keys(answers).map(answer => ({ answer, method: 'GET' })),
  { answer: 'text', method: 'HEAD' },
  { answer: 'many chunks', method: 'HEAD' },
]

/** What is seen of each response before it is read, what reading gives, and what is seen afterwards. */
async function seenBy(client: Fetch, read: Reading['read'], server: FaultServer): Promise<unknown> {
  const seen: Record<string, unknown> = {}
  for (const { answer, method } of requests) {
    const response = await client(`${server.url}${pathOf(answer)}`, { method })
    const before = factsOf(response)
    const outcome = await outcomeOf(() => read(response))
    seen[`${method} ${answer}`] = { before, outcome, after: factsOf(response) }
  }
  return seen
}

describe.each(platforms)('a response by way of $platform', ({ fetch }) => {
  const api = resilientFetch({ fetch, retry: false, breaker: false })

  it.each(readings)(
    'is what it is without Holdfast, before, while and after it is read: $reading',
    async ({ read }) => {
      await using server = await faultServer()
      for (const [answer, step] of Object.entries(answers)) server.script(pathOf(answer), [step])

      const bare = await seenBy(fetch, read, server)
      const watched = await seenBy(api, read, server)

      expect(watched).toEqual(bare)
    },
  )
})
