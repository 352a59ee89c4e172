export interface Product {
  readonly id: string
  readonly name: string
  readonly priceCents: number
}

export interface Order {
  readonly productId: string
  readonly quantity: number
}

export interface Receipt {
  readonly orderId: string
  readonly totalCents: number
}

/** The catalogue answered, and not with what was agreed: a proxy's error page, for one, or a newer version. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
}

export function productOf(json: unknown): Product {
  const { id, name, priceCents } = recordOf(json, 'product')
  return { id: text(id, 'id'), name: text(name, 'name'), priceCents: whole(priceCents, 'priceCents') }
}

export function receiptOf(json: unknown): Receipt {
  const { orderId, totalCents } = recordOf(json, 'receipt')
  return { orderId: text(orderId, 'orderId'), totalCents: whole(totalCents, 'totalCents') }
}

function recordOf(json: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null) throw new UnexpectedAnswer(`expected a ${what}, got ${typeof json}`)
  return json as Readonly<Record<string, unknown>>
}

function text(value: unknown, member: string): string {
  if (typeof value !== 'string') throw new UnexpectedAnswer(`${member} must be a string, got ${typeof value}`)
  return value
}

function whole(value: unknown, member: string): number {
  if (!Number.isSafeInteger(value)) throw new UnexpectedAnswer(`${member} must be an integer, got ${typeof value}`)
  return value as number
}
