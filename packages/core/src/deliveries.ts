import { shared } from './protocol.ts'

/** Events on their way to listeners, in the order in which they happened. */
const deliveries = /* @__PURE__ */ shared('deliveries', () => ({ queue: [] as (() => void)[], isHeld: false }))

/** Runs `delivery`, which must not throw, at once; or in its turn, while another one runs or all are held. */
export function enqueueDelivery(delivery: () => void): void {
  deliveries.queue.push(delivery)
  if (!deliveries.isHeld) drain()
}

/** Holds all deliveries until `act` is done: what it releases is released before listeners hear of any of it. */
export function holdDeliveries(act: () => void): void {
  if (deliveries.isHeld) return act()
  deliveries.isHeld = true
  try {
    act()
  } finally {
    drain()
  }
}

function drain(): void {
  const { queue } = deliveries
  deliveries.isHeld = true
  for (let index = 0; index < queue.length; index++) queue[index]?.()
  queue.length = 0
  deliveries.isHeld = false
}
