import { availability } from '@holdfast/database-servers'
import { describe, expect, it } from 'vitest'
import { play } from '../src/tour/tour.ts'

describe.skipIf(!availability('postgres').isAvailable)('tour', () => {
  it('keeps every promise', async () => {
    const lines: string[] = []

    const broken = await play({ sceneMs: 500, say: line => lines.push(line) })

    expect(broken, lines.join('\n')).toEqual([])
    expect(lines.join('\n')).toContain('orders: shut down: SIGTERM')
  })
})
