/** A stream of these chunks, whatever they are. */
export function streamOf(...chunks: readonly unknown[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: controller => {
      for (const chunk of chunks) controller.enqueue(chunk as Uint8Array<ArrayBuffer>)
      controller.close()
    },
  })
}
