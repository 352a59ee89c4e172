import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { lifecycle } from '@holdfast/lifecycle'
import { retry } from '@holdfast/retry'

// Does jobs until it is told to end, and says so a line each.
const say = (message: string): void => void process.stdout.write(`${JSON.stringify({ message })}\n`)
const log = (_: object, message: string): void => say(message)
const life = lifecycle({ logger: { info: log, warn: log, error: log } })
const handling = retry({ name: 'jobs' })
life.draining.addEventListener('abort', () => say('draining'))
life.onClose('queue', () => say('queue closed'))
life.started()

for (let job = 1; !life.draining.aborted; job++) {
  await handling.run(
    async () => {
      say(`job ${job} begins`)
      await delay(100)
      say(`job ${job} ends`)
    },
    { signal: life.signal },
  )
}
