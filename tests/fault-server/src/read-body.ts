import type { Exchange } from './exchange.ts'
import type { OpenRecord } from './recorded-request.ts'

/** Reads and records the body up to so many bytes; resolves with false when the client leaves before that. */
export function readBody({ incoming }: Exchange, record: OpenRecord, limit: number): Promise<boolean> {
  if (incoming === undefined) {
    record.bodyEndedAs('complete')
    return Promise.resolve(true)
  }
  if (limit === 0) {
    record.bodyEndedAs('unread')
    return Promise.resolve(true)
  }

  return new Promise(resolve => {
    const stop = (state: 'complete' | 'aborted' | 'unread') => {
      incoming.off('data', read).off('end', complete).off('close', abort)
      record.bodyEndedAs(state)
      resolve(state !== 'aborted')
    }
    const read = (chunk: Uint8Array) => {
      record.received(chunk)
      if (record.body.bytes < limit) return
      incoming.pause()
      stop('unread')
    }
    const complete = () => stop('complete')
    const abort = () => stop('aborted')
    incoming.on('data', read).once('end', complete).once('close', abort)
  })
}
