import { createHash } from 'node:crypto'

/** Draws a number, at least 0 and below 1, that depends on nothing but what it is drawn for. */
export function lot(...drawnFor: readonly (string | number)[]): number {
  return createHash('sha256').update(drawnFor.join(' ')).digest().readUInt32BE() / 2 ** 32
}
