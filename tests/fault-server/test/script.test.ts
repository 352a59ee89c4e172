import { faultServer, ok, status } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { requestBytes, wireTo } from './wire.ts'

const textOf = async (url: string) => (await fetch(url)).text()

describe('faultServer', () => {
  it('plays the n-th step for the n-th request to a path, and repeats the last', async () => {
    await using server = await faultServer()
    server.script('/', [ok('one'), ok('two'), ok('three')])

    const answers = [
      await textOf(server.url),
      await textOf(server.url),
      await textOf(server.url),
      await textOf(server.url),
    ]

    expect(answers).toEqual(['one', 'two', 'three', 'three'])
  })

  it('keeps the scripts of paths apart, and looks past the query', async () => {
    await using server = await faultServer()
    server.script('/a', [ok('a1'), ok('a2')])
    server.script('/b', [ok('b1'), ok('b2')])

    const answers = [
      await textOf(`${server.url}/a?x=1`),
      await textOf(`${server.url}/b`),
      await textOf(`${server.url}/a?x=2`),
    ]

    expect(answers).toEqual(['a1', 'b1', 'a2'])
  })

  it('begins a new script with its first step', async () => {
    await using server = await faultServer()
    server.script('/', [ok('old')])
    await textOf(server.url)

    server.script('/', [ok('new'), ok('newer')])

    expect(await textOf(server.url)).toBe('new')
    expect(server.requestsTo('/')[1]?.attempt).toBe(2)
  })

  it('lets a function choose for paths without a script', async () => {
    await using server = await faultServer()
    server.script('/scripted', [ok('scripted')])
    server.otherwise(({ method, path, attempt }) => ok(`${method} ${path} ${attempt}`))

    const answers = [
      await textOf(`${server.url}/a`),
      await textOf(`${server.url}/a`),
      await textOf(`${server.url}/scripted`),
    ]

    expect(answers).toEqual(['GET /a 1', 'GET /a 2', 'scripted'])
  })

  it('answers 501 where nothing is scripted', async () => {
    await using server = await faultServer()

    const response = await fetch(`${server.url}/forgotten`)

    expect(response.status).toBe(501)
    expect(await response.text()).toBe('fault server: nothing is scripted for /forgotten')
  })

  it('gives steps to requests in the order of arrival, although their bodies come later', async () => {
    await using server = await faultServer()
    server.script('/', [status(201), status(202)])

    const slow = await wireTo(server)
    slow.send(requestBytes('POST /', 'content-length: 4'))
    await server.arrived('/')
    const quick = await fetch(server.url)
    slow.send('late')
    await slow.until('HTTP/1.1 201 Created')

    expect(quick.status).toBe(202)
    slow.leave()
  })

  it('takes its script back from a path', async () => {
    await using server = await faultServer()
    server.script('/', [ok()])
    server.otherwise(() => ok('otherwise'))

    server.script('/', [])

    expect(await textOf(server.url)).toBe('otherwise')
  })
})
