import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { virtualClock } from '@holdfast/testing'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Whether nothing holds what `make` returns. */
export async function isCollected(make: () => object | Promise<object>): Promise<boolean> {
  const reference = new WeakRef(await make())
  // A WeakRef holds what it was asked for until the turn of the event loop is over.
  await virtualClock().settle()
  collect()
  return reference.deref() === undefined
}
