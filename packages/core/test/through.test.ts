import { type AnyPolicy, pipeline, systemClock } from '@holdfast/core'
import {
  Answer,
  type Answering,
  answeringThrough,
  definePolicy,
  Emitter,
  type Handlers,
  type KernelCall,
  type Layer,
  type Runner,
  readPolicyOptions,
  through,
} from '@holdfast/core/kernel'
import { layer } from '@holdfast/fixtures/layer'
import { begin } from '@holdfast/fixtures/pending'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { tapping } from '@holdfast/fixtures/tapping'
import { describe, expect, it } from 'vitest'

const down = new Error('down')
const fails = async (): Promise<never> => {
  throw down
}

function linked(name: string, link: (next: Runner) => Runner): AnyPolicy {
  return definePolicy({ emitter: new Emitter(readPolicyOptions('layer', { name }, {})), link }, {})
}

const made = (name: string, parts: Layer<unknown>): AnyPolicy => linked(name, next => through(parts, next))

/** Gives each call an answer of its own, and the calls inside another number. */
function answering(onAnswer: (answer: Answer) => void = () => {}): AnyPolicy {
  const enter = (parent: KernelCall): Answer => {
    const answer = new Answer()
    parent.child(7, undefined, answer)
    onAnswer(answer)
    return answer
  }
  return linked('answering', next => answeringThrough({ enter, instead: next }, next))
}

/** Layers that note what comes by. */
function noting() {
  const log: string[] = []
  const layerOf = (name: string, changes: Partial<Layer<unknown>> = {}): AnyPolicy =>
    made(name, {
      enter: () => {
        log.push(`${name} in`)
        return name
      },
      onValue: value => {
        log.push(`${name} value ${String(value)}`)
        return value
      },
      onError: error => {
        log.push(`${name} error ${(error as Error).message}`)
        throw error
      },
      ...changes,
    })
  const work = (): string => {
    log.push('work')
    return 'up'
  }
  return { log, layerOf, work }
}

/** How many microtasks pass until a call answers. */
async function microtasksOf(policy: AnyPolicy): Promise<number> {
  const answers: unknown[] = []
  void policy.run(() => 'up').then(answer => answers.push(answer))
  let passed = 0
  for (; answers.length === 0; passed++) await Promise.resolve()
  return passed
}

describe('layers', () => {
  it('let a call in from the outermost to the innermost, and its value out the other way', async () => {
    const { log, layerOf, work } = noting()

    expect(await pipeline(layerOf('a'), layerOf('b'), layerOf('c')).run(work)).toBe('up')

    expect(log).toEqual(['a in', 'b in', 'c in', 'work', 'c value up', 'b value up', 'a value up'])
  })

  it('let an error out the same way, as each of them wants it', async () => {
    const { log, layerOf } = noting()
    const renaming = layerOf('b', {
      onError: error => {
        throw new Error(`${(error as Error).message} at b`)
      },
    })

    const rejection = await rejectionOf(pipeline(layerOf('a'), renaming, layerOf('c')).run(fails))

    expect(rejection).toMatchObject({ message: 'down at b' })
    expect(log).toEqual(['a in', 'b in', 'c in', 'c error down', 'a error down at b'])
  })

  it('let what has no handler for values pass', async () => {
    const { log, layerOf, work } = noting()

    await pipeline(layerOf('a'), layerOf('b', { onValue: undefined }), layerOf('c')).run(work)
    await layerOf('d', { onValue: undefined }).run(work)

    expect(log).toEqual(['a in', 'b in', 'c in', 'work', 'c value up', 'a value up', 'd in', 'work'])
  })

  it('fail a call with what is thrown as it goes in: those that it is in hear of it, the others never do', async () => {
    const { log, layerOf, work } = noting()
    const enter = (): never => {
      throw down
    }

    const composed = await rejectionOf(pipeline(layerOf('a'), layerOf('b', { enter }), layerOf('c')).run(work))
    const alone = await rejectionOf(layerOf('d', { enter }).run(work))

    expect([composed, alone]).toEqual([down, down])
    expect(log).toEqual(['a in', 'a error down'])
  })

  it('send a call that is not let in another way, whose end those that it is in hear of', async () => {
    const { log, layerOf, work } = noting()
    const refusing = (instead: Runner): AnyPolicy => layerOf('b', { enter: () => undefined, instead })
    const stale: Runner = () => Promise.resolve('stale' as never)
    const refuse: Runner = () => {
      throw down
    }

    const answers = [
      await pipeline(layerOf('a'), refusing(stale), layerOf('c')).run(work),
      await rejectionOf(pipeline(layerOf('a'), refusing(refuse), layerOf('c')).run(work)),
      await pipeline(refusing(stale), layerOf('c')).run(work),
      await refusing(stale).run(work),
      await rejectionOf(refusing(refuse).run(work)),
    ]

    expect(answers).toEqual(['stale', down, 'stale', 'stale', down])
    expect(log).toEqual(['a in', 'a value stale', 'a in', 'a error down'])
  })

  it('take what a handler of values throws for an error, further out', async () => {
    const { log, layerOf, work } = noting()
    const onValue = (): never => {
      throw down
    }

    const rejection = await rejectionOf(pipeline(layerOf('a'), layerOf('b', { onValue }), layerOf('c')).run(work))

    expect(rejection).toBe(down)
    expect(log.slice(-2)).toEqual(['c value up', 'a error down'])
  })

  it('go on with what the promise of a handler brings', async () => {
    const { log, layerOf, work } = noting()
    const around = (changes: Partial<Layer<unknown>>): AnyPolicy =>
      pipeline(layerOf('a'), layerOf('b', changes), layerOf('c'))

    const answers = [
      await around({ onValue: async value => `${String(value)} again` }).run(work),
      await rejectionOf(around({ onValue: fails }).run(work)),
      await around({ onError: async () => 'stale' }).run(fails),
      await rejectionOf(around({ onError: fails }).run(fails)),
      await layerOf('b', { onError: async () => 'stale' }).run(fails),
    ]

    expect(answers).toEqual(['up again', down, 'stale', down, 'stale'])
    expect(log.filter(line => /^a (value|error)/.test(line))).toEqual([
      'a value up again',
      'a error down',
      'a value stale',
      'a error down',
    ])
  })

  it('hand back what they gave a call as it went in, with the call and its operation', async () => {
    const { layerOf } = noting()
    const seen: unknown[][] = []
    const onValue: NonNullable<Layer<unknown>['onValue']> = (value, token, call, operation) => {
      seen.push([token, call, operation])
      return value
    }
    const onError: Layer<unknown>['onError'] = (error, token, call, operation) => {
      seen.push([token, call, operation])
      throw error
    }
    const [calls, work] = [[] as KernelCall[], (call: unknown): unknown => calls.push(call as KernelCall)]
    const failing = (call: unknown): never => {
      calls.push(call as KernelCall)
      throw down
    }

    const both = pipeline(layerOf('a', { onValue, onError }), layerOf('b', { onValue, onError }))
    await both.run(work)
    await rejectionOf(both.run(failing))
    await layerOf('c', { onValue, onError }).run(work)
    await rejectionOf(layerOf('d', { onValue, onError }).run(failing))

    expect(seen).toEqual([
      ['b', calls[0], work],
      ['a', calls[0], work],
      ['b', calls[1], failing],
      ['a', calls[1], failing],
      ['c', calls[2], work],
      ['d', calls[3], failing],
    ])
  })

  it('let a value pass that is a promise without `then`', async () => {
    const { layerOf } = noting()
    // oxlint-disable-next-line unicorn/no-thenable -- it is not one
    const odd = Object.assign(Promise.resolve(), Object.fromEntries([['then', undefined]]))

    expect(await pipeline(layerOf('a'), layerOf('b')).run(() => odd as unknown)).toBe(odd)
  })

  it('fail a call where the runner of somebody else throws', async () => {
    const { log, layerOf, work } = noting()
    const throwing = layer(systemClock, () => () => {
      throw down
    })

    const composed = await rejectionOf(pipeline(layerOf('a'), layerOf('b'), throwing).run(work))
    const alone = await rejectionOf(pipeline(layerOf('c'), throwing).run(work))

    expect([composed, alone]).toEqual([down, down])
    expect(log).toEqual(['a in', 'b in', 'b error down', 'a error down', 'c in', 'c error down'])
  })

  it('take as many microtasks as one of them does', async () => {
    const { layerOf } = noting()
    const [a, b, c] = [layerOf('a'), layerOf('b'), layerOf('c')]

    const [one, three, nested] = [a, pipeline(a, b, c), pipeline(pipeline(a, b), c)].map(microtasksOf)

    expect([await three, await nested]).toEqual([await one, await one])
  })

  it('share the handlers of calls that need none of their own, where there is one layer only', async () => {
    const { log, layerOf, work } = noting()
    const handled: unknown[] = []
    const handlers: Handlers = {
      onValue: value => {
        handled.push(value)
        return value
      },
      onError: error => {
        handled.push(error)
        throw error
      },
    }
    let isShared = true
    const alone = layerOf('a', { shared: () => (isShared ? handlers : undefined) })

    await alone.run(work)
    await rejectionOf(alone.run(fails))
    const logOfShared = log.splice(0)
    isShared = false
    await alone.run(work)
    isShared = true
    await pipeline(alone, layerOf('b')).run(work)

    expect(logOfShared).toEqual(['work'])
    expect(handled).toEqual(['up', down])
    expect(log).toEqual(['a in', 'work', 'a value up', 'a in', 'b in', 'work', 'b value up', 'a value up'])
  })

  it('may have an answer inside them: its calls go in, and what it brings comes out, as with another layer', async () => {
    const { log, layerOf, work } = noting()
    const calls: KernelCall[] = []
    const policy = pipeline(
      layerOf('a'),
      layerOf('b'),
      answering(),
      tapping(call => calls.push(call), systemClock),
    )

    expect(await policy.run(work)).toBe('up')
    expect(await rejectionOf(policy.run(fails))).toBe(down)
    expect(
      await pipeline(
        answering(),
        tapping(call => calls.push(call), systemClock),
      ).run(() => 'alone'),
    ).toBe('alone')

    expect(log).toEqual([
      'a in',
      'b in',
      'work',
      'b value up',
      'a value up',
      'a in',
      'b in',
      'b error down',
      'a error down',
    ])
    expect(calls.map(({ attempt }) => attempt)).toEqual([7, 7, 7])
  })

  it('hear what an answer inside them leaves with, and nothing of what its work brings later', async () => {
    const { log, layerOf } = noting()
    const late: unknown[] = []
    const answers: Answer[] = []
    const policy = pipeline(
      layerOf('a'),
      layerOf('b'),
      answering(answer => void answers.push(answer)),
    )

    const calls = [0, 1].map(() => begin(policy, { discard: (value: unknown) => late.push(value) }))
    const rejections = calls.map(({ answer }) => rejectionOf(answer))
    for (const answer of answers) answer.abort({ origin: 'timeout', reason: down, limitMs: 1 })
    const reasons = await Promise.all(rejections)
    const logOfAnswers = log.splice(0)
    await calls[0]?.succeed()
    await calls[1]?.fail(new Error('late'))
    await Promise.resolve()

    expect(reasons).toEqual([down, down])
    expect(logOfAnswers.slice(4)).toEqual(['b error down', 'a error down', 'b error down', 'a error down'])
    expect([late, log]).toEqual([['up'], []])
  })

  it('send a call for which there is no answer another way, and hear what making one throws', async () => {
    const { log, layerOf, work } = noting()
    const answer = (enter: Answering['enter']): AnyPolicy =>
      linked('limit', next => answeringThrough({ enter, instead: next }, next))
    const throwing = answer(() => {
      throw down
    })

    const answers = [
      await pipeline(
        layerOf('a'),
        answer(() => undefined),
      ).run(work),
      await answer(() => undefined).run(work),
      await rejectionOf(pipeline(layerOf('b'), throwing).run(work)),
      await rejectionOf(throwing.run(work)),
    ]

    expect(answers).toEqual(['up', 'up', down, down])
    expect(log).toEqual(['a in', 'work', 'a value up', 'work', 'b in', 'b error down'])
  })

  it('do not share a promise with what is inside an answer', async () => {
    const { log, layerOf, work } = noting()

    expect(await pipeline(layerOf('a'), answering(), layerOf('b')).run(work)).toBe('up')

    expect(log).toEqual(['a in', 'b in', 'work', 'b value up', 'a value up'])
  })
})
