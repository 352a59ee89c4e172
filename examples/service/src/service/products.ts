import type { ResilientFetch } from '@holdfast/fetch'
import type { ServerCall } from '@holdfast/lifecycle'
import { fallback } from 'holdfast'

interface Product {
  readonly id: string
  readonly name: string
  readonly priceCents: number
}

/** A product as customers see it. */
export interface Offer extends Product {
  /** Whether the supplier has no answer now, and this is what it said last. */
  readonly isStale: boolean
}

/** The supplier has answered, and that is no answer. */
export class SupplierFailed extends Error {
  override readonly name = 'SupplierFailed'
}

const KEPT = 1_000

/**
 * Tells the product of an id; undefined where there is none. Rejects where the supplier has no answer, and has not had one
 * before.
 */
export function productsOf(
  supplier: ResilientFetch,
  supplierUrl: string,
): (id: string, call: ServerCall) => Promise<Offer | undefined> {
  const lastKnown = new Map<string, Product>()

  const remember = (product: Product): void => {
    lastKnown.delete(product.id)
    lastKnown.set(product.id, product)
    const [oldest] = lastKnown.keys()
    if (lastKnown.size > KEPT && oldest !== undefined) lastKnown.delete(oldest)
  }

  const orLastKnown = fallback<Offer>({
    name: 'products.last-known',
    to: ({ error, call }) => {
      const { productId } = call.context as { readonly productId: string }
      const known = lastKnown.get(productId)
      if (known === undefined) throw error
      return { ...known, isStale: true }
    },
  })

  const ask = async (id: string, { signal, deadline }: ServerCall): Promise<Offer | undefined> => {
    const response = await supplier(new URL(`/products/${encodeURIComponent(id)}`, supplierUrl), { signal, deadline })
    if (!response.ok) {
      await response.body?.cancel()
      if (response.status === 404) return undefined
      throw new SupplierFailed(`the supplier answered ${response.status}`)
    }
    const { name, priceCents } = (await response.json()) as Product
    const product = { id, name, priceCents }
    remember(product)
    return { ...product, isStale: false }
  }

  return (id, call) => orLastKnown.run(() => ask(id, call), { signal: call.signal, context: { productId: id } })
}
