import { type AnyPolicy, type Clock, pipeline } from '@holdfast/core'
import { record, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { passing, repeating, tapping, telling } from './layers.ts'

const down = new Error('down')

const writing = (log: string[], word: string): AnyPolicy => tapping(() => log.push(word), { name: word })

describe('pipeline', () => {
  it('passes a call through its members in the order in which they are given', async () => {
    const log: string[] = []

    await pipeline(writing(log, 'outer'), writing(log, 'middle'), writing(log, 'inner')).run(() =>
      log.push('operation'),
    )

    expect(log).toEqual(['outer', 'middle', 'inner', 'operation'])
  })

  it('lets a member that repeats repeat what is inside, and not what is outside', async () => {
    const log: string[] = []
    const layers = pipeline(writing(log, 'outside'), repeating({ times: 2 }), writing(log, 'inside'))

    await layers.run(() => Promise.reject(down)).catch(() => {})

    expect(log).toEqual(['outside', 'inside', 'inside'])
  })

  it('may be empty: it then calls the operation', async () => {
    const answer = await pipeline().run(({ attempt }) => attempt)

    expect(answer).toBe(1)
  })

  it('may be a member of another', async () => {
    const log: string[] = []
    const inner = pipeline(writing(log, 'second'), writing(log, 'third'))

    await pipeline(writing(log, 'first'), inner, writing(log, 'fourth')).run(() => 'up')

    expect(log).toEqual(['first', 'second', 'third', 'fourth'])
  })

  it('leaves its members to be used alone and in others', async () => {
    const log: string[] = []
    const member = writing(log, 'member')
    const [one, other] = [pipeline(member), pipeline(writing(log, 'other'), member)]

    await one.run(() => 'up')
    await other.run(() => 'up')
    await member.run(() => 'up')

    expect(log).toEqual(['member', 'other', 'member', 'member'])
  })

  it('passes a call twice through a member that is there twice', async () => {
    const log: string[] = []
    const member = writing(log, 'member')

    await pipeline(member, member).run(() => 'up')

    expect(log).toEqual(['member', 'member'])
  })

  it('works detached', async () => {
    const { run } = pipeline(passing())

    await expect(run(() => 'up')).resolves.toBe('up')
  })
})

describe('the name of a pipeline', () => {
  it.each([
    ['pipeline', pipeline(passing())],
    ['catalogue', pipeline(passing(), { name: 'catalogue' })],
    ['catalogue', pipeline.named('catalogue', passing())],
    ['catalogue', pipeline({ name: 'catalogue' })],
    ['catalogue', pipeline.named('catalogue')],
  ])('is %s', (name, layers) => {
    expect(layers.name).toBe(name)
    expect(layers.kind).toBe('pipeline')
  })
})

describe('the events of a pipeline', () => {
  it('are those of its members, also of those in pipelines within it', async () => {
    const layers = pipeline(passing({ name: 'one' }), pipeline(passing({ name: 'two' }), { name: 'inner' }))
    const recording = record(layers)

    await layers.run(() => 'up')

    expect(recording.events).toMatchObject([
      { policy: { name: 'one' }, pipeline: 'pipeline' },
      { policy: { name: 'two' }, pipeline: 'pipeline' },
    ])
  })

  it('come once from a member that is there several times', () => {
    const member = telling()
    const recording = record(pipeline(member, pipeline(member), member))

    member.tell('on')

    expect(recording.types).toEqual(['telling.told'])
  })

  it('come also from what a member does elsewhere', () => {
    const member = telling({ name: 'member' })
    const recording = record(pipeline(passing(), member))

    member.tell('on')

    expect(recording.events).toMatchObject([{ policy: { name: 'member' }, word: 'on' }])
  })

  it('end when the listener leaves', () => {
    const [one, two] = [telling(), telling()]
    const listener = vi.fn()
    const stop = pipeline(one, two).subscribe(listener)

    one.tell('heard')
    stop()
    one.tell('unheard')
    two.tell('unheard')

    expect(listener).toHaveBeenCalledOnce()
  })
})

describe('the clock of a pipeline', () => {
  it('is that of its members', async () => {
    const clock = virtualClock()

    const answer = pipeline(passing({ clock })).run(() => new Promise(() => {}), { timeoutMs: 50 })
    void clock.advance(50)

    await expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT')
  })

  it('may be given, where there are no members', () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()

    const deadlineMs = pipeline({ clock }).run(call => call.deadlineMs, { timeoutMs: 50 })

    return expect(deadlineMs).resolves.toBe(startMs + 50)
  })

  it.each([
    ['given', (clock: Clock) => ({ clock })],
    ['left undefined', () => ({ clock: undefined })],
  ])('may be %s, if there are members', (_, options) => {
    const clock = virtualClock()

    expect(() => pipeline(passing({ clock }), options(clock))).not.toThrow()
  })
})
