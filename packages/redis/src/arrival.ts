import type { KernelCall } from '@holdfast/core/kernel'
import type { NodeRedisClient } from './node-redis-client.ts'
import { onCancel } from './on-cancel.ts'

const ends = ['ready', 'end', 'terminated'] as const

/** Resolves when the client has a connection, or will never have one. Stays pending, with nothing left, once `call` is cancelled. */
export function arrival(client: NodeRedisClient, call: KernelCall): Promise<void> {
  return new Promise(resolve => {
    const leave = (): void => {
      for (const end of ends) client.off(end, arrive)
    }
    const wait = onCancel(call, leave)
    const arrive = (): void => {
      leave()
      wait.detach()
      resolve()
    }
    for (const end of ends) client.on(end, arrive)
  })
}
