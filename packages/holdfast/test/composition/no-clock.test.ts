import { afterEach, describe, expect, it } from 'vitest'
import { behaviours } from './no-clock-behaviours.ts'
import { fakeTimes, real, times } from './times.ts'

describe.each(times)('policies without a clock of their own, made before there is $title', time => {
  afterEach(time.uninstall)

  it.each(behaviours)('$name', async ({ prepare }) => {
    const show = prepare()

    time.install()
    await show(time)

    expect(time.pendingTimers()).toBe(0)
  })
})

describe.each(fakeTimes)('policies without a clock of their own, made when there is $title', time => {
  afterEach(time.uninstall)

  it.each(behaviours)('$name', async ({ prepare }) => {
    time.install()
    await prepare()(time)

    expect(time.pendingTimers()).toBe(0)
  })
})

describe.each(fakeTimes)('policies without a clock of their own, used after $title', time => {
  afterEach(() => {
    time.uninstall()
    real.uninstall()
  })

  it.each(behaviours)('$name', async ({ prepare }) => {
    time.install()
    const show = prepare()
    await time.advance(3_600_000)
    time.uninstall()

    real.install()
    await show(real)

    expect(real.pendingTimers()).toBe(0)
  })
})
