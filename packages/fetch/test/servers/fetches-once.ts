import process from 'node:process'
import { resilientFetch } from '@holdfast/fetch'

// Has nothing else to do than wait for its answer.
const [, , url = ''] = process.argv
const response = await resilientFetch({ random: () => 1 })(url)
process.stdout.write(await response.text())
