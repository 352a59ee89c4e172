import { policies } from '@holdfast/core'
import { expect, it } from 'vitest'
import { ORIGIN, promptClient } from './client.ts'
import { answers } from './scripted-fetch.ts'

function living(name: string): string[] {
  return [...policies()]
    .map(policy => policy.name)
    .filter(each => each.startsWith(name))
    .toSorted()
}

it('observers find no policy of a client that no request goes through', async () => {
  const { api } = promptClient([answers(200)], { name: 'prices' })
  const made = living('prices')

  await api(ORIGIN)

  expect(made).toEqual([
    'prices',
    'prices.attempt',
    'prices.breaker',
    'prices.breakers',
    'prices.retry',
    'prices.total',
  ])
  expect(living('prices')).toEqual(made)
})
