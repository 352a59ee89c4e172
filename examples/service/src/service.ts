import process from 'node:process'
import { runService } from './service/run-service.ts'

// What a container runs.
await runService(process.env)
