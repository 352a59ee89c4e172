import { faultServer, largeBody, status } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { deferred } from './deferred.ts'
import { recordingHandler } from './recording-handler.ts'
import { resilientAgent, undicis } from './undicis.ts'

describe.each(undicis)('a handler of $version', ({ undici }) => {
  it('may pause and go on, also after another attempt', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const BYTES = 1_000_000
    const paused: boolean[] = []
    const handler = recordingHandler({
      onResponseData: controller => {
        controller.pause()
        paused.push(controller.paused)
        setImmediate(() => controller.resume())
      },
    })
    server.script('/kelp', [status(503), largeBody(BYTES)])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(handler.text()).toHaveLength(BYTES)
    expect(new Set(paused)).toEqual(new Set([true]))
  })

  it('that pauses gets no more than what has been read already', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const { promise: firstChunk, resolve } = deferred<() => void>()
    const handler = recordingHandler({
      onResponseData: controller => {
        controller.pause()
        resolve(() => controller.resume())
      },
    })
    server.script('/kelp', [largeBody(1_000_000)])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    const goOn = await firstChunk
    const early = handler.text().length
    await new Promise(setImmediate)

    expect(handler.text()).toHaveLength(early)
    expect(early).toBeLessThan(1_000_000)
    goOn()
  })

  it('that paused before there was a response gets its body when it goes on', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    let early = ''
    const handler = recordingHandler({
      onRequestStart: controller => controller.pause(),
      onResponseStart: controller =>
        void setImmediate(() => {
          early = handler.text()
          controller.resume()
        }),
    })
    server.script('/kelp', [status(503), largeBody(300_000)])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(early).toBe('')
    expect(handler.text()).toHaveLength(300_000)
  })
})
