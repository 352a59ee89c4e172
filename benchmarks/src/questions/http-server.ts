// Answers requests in a process of its own, and tells its parent the port.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { answer } from '../subjects/http-answer.ts'

const server = createServer((_, response) => answer(response))
await once(server.listen(0, '127.0.0.1'), 'listening')
process.send?.((server.address() as AddressInfo).port)
process.once('disconnect', () => process.exit())
