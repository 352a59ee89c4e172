import { Queue, type Queueable } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'

class Item implements Queueable<Item> {
  ahead: Item | undefined = undefined
  behind: Item | undefined = undefined
}

describe('a queue', () => {
  it('gives back what came first, whoever leaves from the middle, and knows how many are left', () => {
    const queue = new Queue<Item>()
    const items = Array.from({ length: 4 }, () => new Item())
    const [first, second, third, fourth] = items as [Item, Item, Item, Item]
    for (const item of items) queue.push(item)
    const lengths = [queue.length]

    const left: unknown[] = []
    for (const item of [second, first, fourth, third]) {
      queue.remove(item)
      left.push(queue.first)
      lengths.push(queue.length)
    }

    expect(left).toEqual([first, third, third, undefined])
    expect(lengths).toEqual([4, 3, 2, 1, 0])
  })
})
