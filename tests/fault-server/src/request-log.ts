import type { Exchange } from './exchange.ts'
import { type OpenRecord, type RecordedRequest, recordOf } from './recorded-request.ts'

export interface RequestLog {
  readonly requests: readonly RecordedRequest[]
  to(path: string): readonly RecordedRequest[]
  record(exchange: Exchange): OpenRecord
  arrived(path: string, count: number): Promise<RecordedRequest>
}

export function requestLog(): RequestLog {
  const requests: RecordedRequest[] = []
  const byPath = new Map<string, RecordedRequest[]>()
  let waiting: {
    readonly path: string
    readonly attempt: number
    readonly resolve: (request: RecordedRequest) => void
  }[] = []

  const to = (path: string) => byPath.get(path) ?? []

  return {
    requests,
    to,
    record(exchange) {
      const [path = ''] = exchange.url.split('?', 1)
      const requestsToPath = byPath.get(path) ?? []
      byPath.set(path, requestsToPath)
      const request = recordOf(exchange, path, requestsToPath.length + 1)
      requestsToPath.push(request)
      requests.push(request)
      const isFor = (one: { path: string; attempt: number }) => one.path === path && one.attempt === request.attempt
      for (const { resolve } of waiting.filter(isFor)) resolve(request)
      waiting = waiting.filter(one => !isFor(one))
      return request
    },
    async arrived(path, attempt) {
      const request = to(path)[attempt - 1]
      if (request !== undefined) return request
      return new Promise(resolve => {
        waiting.push({ path, attempt, resolve })
      })
    },
  }
}
