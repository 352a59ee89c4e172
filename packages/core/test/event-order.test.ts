import { observe, pipeline } from '@holdfast/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { passing, telling } from './layers.ts'
import { untouchable } from './thenables.ts'

const broken = new Error('broken')

describe('events', () => {
  it('are told at once, to listeners in the order in which they subscribed, and then to observers', () => {
    const log: string[] = []
    const policy = telling()
    onTestFinished(observe({ event: () => log.push('observer') }))
    policy.subscribe(() => log.push('first'))
    policy.subscribe(() => log.push('second'))

    policy.tell('on')

    expect(log).toEqual(['first', 'second', 'observer'])
  })

  it('that a listener causes are told when the present one has been told to all', () => {
    const log: string[] = []
    const policy = telling()
    onTestFinished(observe({ event: event => log.push(`observer: ${'word' in event ? String(event.word) : ''}`) }))
    policy.subscribe(({ word }) => {
      log.push(`first: ${word}`)
      if (word === 'one') policy.tell('two')
    })
    policy.subscribe(({ word }) => log.push(`second: ${word}`))

    policy.tell('one')

    expect(log).toEqual(['first: one', 'second: one', 'observer: one', 'first: two', 'second: two', 'observer: two'])
  })

  it('that a listener causes in other policies are told in the order in which they happened', () => {
    const log: string[] = []
    const [one, two] = [telling({ name: 'one' }), telling({ name: 'two' })]
    one.subscribe(({ word }) => {
      if (word !== 'begin') return
      two.tell('first')
      one.tell('second')
      two.tell('third')
    })
    pipeline(one, two).subscribe(({ policy, word }) => log.push(`${policy.name}: ${word}`))

    one.tell('begin')

    expect(log).toEqual(['one: begin', 'two: first', 'one: second', 'two: third'])
  })

  it('go on after a listener has caused some and thrown', () => {
    const log: string[] = []
    const policy = telling()
    onTestFinished(observe({ fault: () => {} }))
    policy.subscribe(({ word }) => {
      if (word !== 'one') return
      policy.tell('two')
      throw new Error('broken')
    })
    policy.subscribe(({ word }) => log.push(word))

    policy.tell('one')
    policy.tell('three')

    expect(log).toEqual(['one', 'two', 'three'])
  })
})

describe('a listener', () => {
  it('may run the policy that it listens to', async () => {
    const policy = passing()
    const answers: Promise<string>[] = []
    const stop = policy.subscribe(() => {
      stop()
      answers.push(policy.run(() => 'inner'))
    })

    const answer = await policy.run(() => 'outer')

    expect(answer).toBe('outer')
    await expect(Promise.all(answers)).resolves.toEqual(['inner'])
  })

  it.each([
    [
      'throws',
      () => {
        throw broken
      },
    ],
    ['rejects', () => Promise.reject(broken)],
    ['returns something whose `then` throws', () => untouchable(broken)],
  ])('changes no outcome and keeps no other listener from its event when it %s', async (_, listener) => {
    const policy = passing({ name: 'users' })
    const [other, fault] = [vi.fn(), vi.fn()]
    onTestFinished(observe({ fault }))
    policy.subscribe(listener)
    policy.subscribe(other)

    const answer = await policy.run(() => 'up')

    expect(answer).toBe('up')
    expect(other).toHaveBeenCalledOnce()
    expect(fault).toHaveBeenCalledExactlyOnceWith({ error: broken, source: 'a listener of users' })
  })
})
