import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** How many of these objects nobody holds any more. */
export async function countCollected(references: readonly WeakRef<object>[]): Promise<number> {
  // A reference keeps its object until the end of the turn in which it was made or read.
  await new Promise(resolve => {
    setImmediate(resolve)
  })
  collectGarbage()
  return references.filter(reference => reference.deref() === undefined).length
}
