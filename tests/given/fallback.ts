export const lastKnownPrices: ReadonlyMap<string, number> = new Map([['kelp', 12]])

export async function fetchPrices(): Promise<ReadonlyMap<string, number>> {
  throw new Error('no prices today')
}
