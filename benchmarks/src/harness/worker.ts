// Measures one case, or verifies all cases of a question, in a process of its own, and sends what it found to its parent.

import process from 'node:process'
import { questionNamed } from '../questions/all.ts'

const [name = '', what = '', position = ''] = process.argv.slice(2)
const { cases } = await questionNamed(name)

if (what === 'verify') {
  // Much of it is waiting for timeouts, which pass side by side.
  await Promise.all(cases.map(async ({ verify }) => verify?.()))
} else {
  const rows = await cases[Number(position)]?.measure()
  process.send?.(rows)
}

// Nothing of what the subjects left behind keeps it.
process.disconnect?.()
