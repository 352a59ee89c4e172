import { headerOf } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'

describe('headerOf', () => {
  it('reads the headers of fetch', () => {
    const headers = new Headers([
      ['Accept', 'text/plain'],
      ['Accept', 'text/html'],
    ])

    expect(headerOf(headers, 'accept')).toBe('text/plain, text/html')
    expect(headerOf(headers, 'host')).toBeUndefined()
  })

  it('reads those of servers, where what came more than once is a list', () => {
    const headers = { host: 'own.example', accept: ['text/plain', 'text/html'] }

    expect(headerOf(headers, 'host')).toBe('own.example')
    expect(headerOf(headers, 'accept')).toBe('text/plain, text/html')
    expect(headerOf(headers, 'cookie')).toBeUndefined()
  })

  it('reads no member that is inherited', () => {
    expect(headerOf({}, 'constructor')).toBeUndefined()
  })
})
