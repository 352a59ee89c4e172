import process from 'node:process'
import { availability } from '@holdfast/database-servers'
import { play } from './scenario.ts'

const { isAvailable, reason } = availability('postgres')
if (!isAvailable) console.log(`There is no database to show this with: ${reason}`)
else if (!(await play({ sceneMs: 1_800, say: console.log }))) process.exitCode = 1
