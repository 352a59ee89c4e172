import {
  endlessBody,
  faultServer,
  informational,
  ok,
  type Protocol,
  resetBeforeHeaders,
  type Step,
  step,
} from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { sessionTo } from './stream.ts'
import { watched } from './watched.ts'
import { requestBytes, wireTo } from './wire.ts'

const late = (then: Step) =>
  step(then.name, async exchange => {
    await exchange.ended
    await then.play(exchange)
  })
const steps = [ok('late'), informational(103, {}, ok('late')), endlessBody(), resetBeforeHeaders()]
const http1: readonly Protocol[] = ['http1', 'https']
const http2: readonly Protocol[] = ['h2', 'h2c']

describe.each(steps)('$name', then => {
  it.each(http1)('ends without an error when the client has left, over %s', async protocol => {
    await using server = await faultServer({ protocol })
    const { step: watchedStep, played } = watched(late(then))
    server.script('/', [watchedStep])

    const wire = await wireTo(server)
    wire.send(requestBytes('GET /'))
    const recorded = await server.arrived('/')
    wire.leave()

    expect(await recorded.answered).toBe('cut')
    await expect(played).resolves.toBeUndefined()
  })

  it.each(http2)('ends without an error when the client has left, over %s', async protocol => {
    await using server = await faultServer({ protocol })
    const { step: watchedStep, played } = watched(late(then))
    server.script('/', [watchedStep])
    using session = sessionTo(server)

    const outcome = session.ask({ ':path': '/' })
    const recorded = await server.arrived('/')
    session.session.destroy()

    expect((await outcome).status).toBeUndefined()
    expect(await recorded.answered).toBe('cut')
    await expect(played).resolves.toBeUndefined()
  })
})
