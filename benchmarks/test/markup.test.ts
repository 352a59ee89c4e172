import { element } from '@holdfast/drawings/markup'
import { describe, expect, it } from 'vitest'
import { parsed } from './elements.ts'

describe('element', () => {
  it('escapes text and attributes', () => {
    const text = `<b> & "quotes" & 'apostrophes'`

    const { markup } = element('text', { class: text }, text)

    expect(parsed(markup)).toEqual({ name: 'text', attributes: { class: text }, children: [text] })
  })

  it('nests elements and rounds numbers to a tenth', () => {
    const { markup } = element('g', {}, element('line', { x: 1 / 3, y: 10 }))

    expect(markup).toBe('<g>\n<line x="0.3" y="10"/>\n</g>')
  })
})
