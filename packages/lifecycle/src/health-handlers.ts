import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Health } from './health.ts'

/** Answers a probe: a listener of node:http, which Express takes as a handler too. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => void

/** Whether the process is alive, may get requests, and has started. */
export interface HealthHandlers {
  readonly live: HealthHandler
  readonly ready: HealthHandler
  readonly startup: HealthHandler
}

/** What to answer a probe with. */
export interface HealthSource {
  live(): Health
  ready(): Promise<Health>
  startup(): Health
}

export const HEALTH_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
}

export function healthHandlers(source: HealthSource): HealthHandlers {
  return {
    live: (request, response) => answerProbe(request, response, source.live()),
    ready: (request, response) => void source.ready().then(health => answerProbe(request, response, health)),
    startup: (request, response) => answerProbe(request, response, source.startup()),
  }
}

/** Tells `health` to who asked for it. */
export function answerProbe({ method }: IncomingMessage, response: ServerResponse, health: Health): void {
  if (response.destroyed) return
  const { code, ...told } = health
  response.writeHead(code, HEALTH_HEADERS).end(method === 'HEAD' ? undefined : JSON.stringify(told))
}
