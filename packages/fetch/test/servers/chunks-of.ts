/** What a stream brings, as texts. */
export async function chunksOf(stream: ReadableStream<Uint8Array> | null): Promise<string[]> {
  const chunks: string[] = []
  for await (const chunk of stream ?? []) chunks.push(Buffer.from(chunk).toString())
  return chunks
}
