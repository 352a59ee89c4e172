import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Exchange } from '../exchange.ts'
import { closeBeforeHeaders } from './before-headers.ts'
import { type Step, step } from './step.ts'

/** Resets the stream with this code of RFC 9113 §7, such as `constants.NGHTTP2_CANCEL`. */
export function resetStream(code: number): Step {
  return step(`resetStream(${code})`, exchange => streamOf(exchange).close(code))
}

/** Resets the stream as one that was never processed. */
export function refusedStream(): Step {
  return { ...resetStream(constants.NGHTTP2_REFUSED_STREAM), name: 'refusedStream' }
}

/** Says GOAWAY with a last stream before this one, which was therefore never processed, and then nothing more on it. */
export function goawayBefore(): Step {
  return step('goawayBefore', exchange => {
    // Client streams have odd numbers; 0 stands for none at all.
    sayGoaway(exchange, Math.max(0, idOf(exchange) - 2))
  })
}

/** Says GOAWAY with this stream as the last one, which may therefore have been processed, and goes on with another step; closes by default. */
export function goawayAfter(then: Step = closeBeforeHeaders()): Step {
  return {
    ...then,
    name: `goawayAfter(${then.name})`,
    async play(exchange) {
      sayGoaway(exchange, idOf(exchange))
      await then.play(exchange)
    },
  }
}

// RFC 9113 §6.8. Written by hand, because Node takes 0 for the last stream that it saw.
function sayGoaway({ connection }: Exchange, lastStream: number): void {
  const frame = Buffer.alloc(17)
  frame.writeUIntBE(8, 0, 3)
  frame.writeUInt8(7, 3)
  frame.writeUInt32BE(lastStream, 9)
  frame.writeUInt32BE(constants.NGHTTP2_NO_ERROR, 13)
  connection.speaksOver.write(frame)
}

function idOf(exchange: Exchange): number {
  return streamOf(exchange).id ?? 0
}

function streamOf({ stream }: Exchange): ServerHttp2Stream {
  if (stream === undefined) throw new Error('this step needs HTTP/2')
  return stream
}
