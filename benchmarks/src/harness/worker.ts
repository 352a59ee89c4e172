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
  await new Promise(resolve => {
    process.send?.(rows, resolve)
  })
}

// Nothing of what the subjects left behind may keep it.
process.exit()
