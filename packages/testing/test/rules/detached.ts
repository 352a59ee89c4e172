import { KernelCall } from '@holdfast/core/kernel'

/** The next attempt, as a call that its caller knows nothing of, and so cannot abort. */
export const detached = ({ identity, attempt }: KernelCall): KernelCall =>
  new KernelCall(identity, undefined, undefined, attempt + 1, undefined, undefined)
