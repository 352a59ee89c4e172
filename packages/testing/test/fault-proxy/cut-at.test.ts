import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stage } from './stage.ts'

describe('cutAt', () => {
  it.each([
    ['before', 'BEGIN; '],
    ['within', 'BEGIN; COM'],
    ['after', 'BEGIN; COMMIT'],
  ] as const)('cuts %s the bytes', async (at, heard) => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    const trap = scene.proxy.cutAt({ match: 'COMMIT', direction: 'toServer', at })

    client.say('BEGIN; COMMIT; BEGIN')
    await trap.sprung

    expect(await client.ending).toBe('ECONNRESET')
    expect(server.heard()).toBe(heard)
  })

  it('never lets bytes through as a whole that come in two chunks', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    const trap = scene.proxy.cutAt({ match: new TextEncoder().encode('COMMIT'), direction: 'toServer' })
    client.say('COMM')
    await expect.poll(server.heard).toBe('COMM')

    client.say('IT')
    await trap.sprung

    expect(server.heard()).toBe('COMM')
  })

  it('keeps the answer to the last bytes from the client', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    server.socket.on('data', () => server.say('done'))
    const trap = scene.proxy.cutAt({ match: 'COMMIT', direction: 'toServer', at: 'after' })

    client.say('COMMIT')
    await trap.sprung

    expect(await client.ending).toBe('ECONNRESET')
    expect([server.heard(), client.heard(), link.bytesToClient]).toEqual(['COMMIT', '', 0])
  })

  it('finds bytes on a link that opens later', async () => {
    await using scene = await stage()
    const trap = scene.proxy.cutAt({ match: 'x', direction: 'toClient' })

    const { server, link } = await scene.converse()
    server.say('abcxyz')

    expect(await trap.sprung).toBe(link)
  })

  it('goes silent at each place where the bytes come', async () => {
    await using scene = await stage()
    const { client, server, link } = await scene.converse()
    const trap = scene.proxy.cutAt({ match: ';', direction: 'toServer', at: 'after', how: 'silence', times: Infinity })
    client.say('a;b;c')
    await trap.sprung
    const first = link.bytesToServer
    // Heals the silence, and would disarm the trap if it were of this link.
    link.heal()

    await expect.poll(() => trap.count).toBe(2)

    await expect.poll(server.heard).toBe('a;b;')
    expect(first).toBe(2)
  })

  it('cuts where a plain search finds the bytes, however they were split', async () => {
    const word = (minLength: number, maxLength: number) =>
      fc.string({ minLength, maxLength, unit: fc.constantFrom('a', 'b') })
    const place = fc.constantFrom('before', 'within', 'after')
    await using scene = await stage()

    await fc.assert(
      fc.asyncProperty(fc.array(word(1, 6), { maxLength: 6 }), word(2, 4), place, async (chunks, match, at) => {
        const { client, server, link } = await scene.converse()
        const said = chunks.join('')
        link.cutAt({ match, direction: 'toServer', at })

        for (const chunk of chunks) client.say(chunk)
        client.socket.end()

        expect(await server.ending).toBe(said.includes(match) ? 'ECONNRESET' : 'end')
        expect(mayBeHeard(said, match, at)).toContain(server.heard())
        link.cut()
      }),
    )
  })
})

/** What may get through: the beginning of the match, too, if it came in a chunk of its own. */
function mayBeHeard(said: string, match: string, at: 'before' | 'within' | 'after'): string[] {
  const found = said.indexOf(match)
  if (found === -1) return [said]
  const end = found + match.length
  if (at === 'after') return [said.slice(0, end)]
  const least = at === 'before' ? found : found + 1
  return Array.from({ length: end - least }, (_, more) => said.slice(0, least + more))
}
