import process from 'node:process'
import { availability } from '@holdfast/database-servers'
import { play } from './tour/tour.ts'

const { isAvailable, reason } = availability('postgres')
if (!isAvailable) console.log(`There is no database to show this with: ${reason}`)
else {
  const broken = await play({ sceneMs: 1_500, say: console.log })
  console.log(broken.length === 0 ? '\nEvery promise was kept.' : `\nNOT KEPT: ${broken.join('; ')}`)
  if (broken.length > 0) process.exitCode = 1
}
