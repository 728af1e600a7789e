/** Server-sent events out of a stream of bytes, as far as the API uses them. */
export interface ServerSentEvent {
  readonly event: string
  readonly data: string
}

/** Ends quietly when the signal is raised or the stream ends. */
export async function* serverSentEvents(
  bytes: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncIterable<ServerSentEvent> {
  let rest = ''
  try {
    for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = fieldOf(block, 'event')
        const data = fieldOf(block, 'data')
        // Without data it is a remark or a heartbeat.
        if (data !== null) yield { event: event ?? 'message', data }
      }
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown
  }
}

function fieldOf(block: string, name: string): string | null {
  const line = block.split('\n').find((each) => each.startsWith(`${name}: `))
  return line === undefined ? null : line.slice(name.length + 2)
}
