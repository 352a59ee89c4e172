import { availability } from '@holdfast/database-servers'
import { describe, expect, it } from 'vitest'
import { play } from '../src/scenario.ts'

describe.skipIf(!availability('postgres').isAvailable)('scenario', () => {
  it('loses no order and books none twice, whatever goes down', async () => {
    const lines: string[] = []

    const isRight = await play({ sceneMs: 300, say: line => lines.push(line) })

    expect(isRight, lines.join('\n')).toBe(true)
    expect(lines.join('\n')).toMatch(/[1-9]\d* orders acknowledged/)
    expect(lines.at(-1)).toBe('\nEvery acknowledged order is there, once.')
  })
})
