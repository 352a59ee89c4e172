import { deadlineFrom } from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const sent = (value: string | readonly string[] | undefined): number =>
  deadlineFrom({ headers: { 'holdfast-deadline-ms': value } }, { clock: virtualClock() }).remainingMs()

describe('deadlineFrom', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['1500', 1_500],
    ['007', 7],
    ['999999999', 999_999_999],
  ])('reads one to nine digits: %s', (value, ms) => {
    expect(sent(value)).toBe(ms)
  })

  it.each(['', ' ', '1000000000', '-1', '+1', '1.5', '1e3', '0x10', ' 5', '5 ', '5, 6', '5ms', '٥', 'Infinity', '5\n'])(
    'takes anything else for no deadline: %j',
    value => {
      expect(sent(value)).toBe(Infinity)
    },
  )

  it('takes a header that came twice for no deadline', () => {
    expect(sent(['5', '6'])).toBe(Infinity)
  })

  it('says Infinity without the header', () => {
    expect(sent(undefined)).toBe(Infinity)
    expect(deadlineFrom({ headers: {} }).remainingMs()).toBe(Infinity)
  })

  it('reads only own headers', () => {
    const headers = Object.create({ 'holdfast-deadline-ms': '5' }) as Record<string, string>

    expect(deadlineFrom({ headers }).remainingMs()).toBe(Infinity)
  })

  it.each([
    ['a Request', new Request('http://own.example', { headers: { 'Holdfast-Deadline-Ms': '800' } })],
    ['a message of a Node server', { headers: { 'holdfast-deadline-ms': '800', 'set-cookie': ['a=1'] } }],
  ])('takes %s', (_, request) => {
    expect(deadlineFrom(request, { clock: virtualClock() }).remainingMs()).toBe(800)
  })

  it('counts down from when it was read, to 0', async () => {
    const clock = virtualClock()
    const deadline = deadlineFrom({ headers: { 'holdfast-deadline-ms': '800' } }, { clock })

    await clock.advance(300)
    const early = deadline.remainingMs()
    await clock.advance(500)
    const atEnd = deadline.remainingMs()
    await clock.advance(1)

    expect([early, atEnd, deadline.remainingMs()]).toEqual([500, 0, 0])
  })

  it('goes by the clock of the platform unless it is given one', () => {
    const ms = deadlineFrom({ headers: { 'holdfast-deadline-ms': '60000' } }).remainingMs()

    expect(ms).toBeGreaterThan(0)
    expect(ms).toBeLessThanOrEqual(60_000)
  })

  it('never says more than was sent, and never less than 0, whatever was sent', () => {
    const value = fc.oneof(fc.nat().map(String), fc.string(), fc.stringMatching(/^[\d. -]{0,12}$/))
    fc.assert(
      fc.property(value, text => {
        const ms = sent(text)
        expect(ms).toBe(/^[0-9]{1,9}$/.test(text) && !text.includes('\n') ? Number(text) : Infinity)
      }),
    )
  })
})
