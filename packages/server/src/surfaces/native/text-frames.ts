/**
 * Text messages of a server as they stand on a WebSocket's stream (RFC 6455, section 5.2: final, text, not masked, no
 * extension), so that many leave in one piece of memory and one write.
 */
const FINAL_TEXT = 0x81
const LENGTH_16 = 126
const LENGTH_64 = 127
const HEAD_BYTES_MAX = 10

export function textFrames(messages: readonly string[]): Buffer {
  let room = 0
  // A unit of UTF-16 takes at most three bytes of UTF-8.
  for (const message of messages) room += HEAD_BYTES_MAX + 3 * message.length
  const bytes = Buffer.allocUnsafe(room)
  let at = 0
  for (const message of messages) at = writeFrame(bytes, at, message)
  return bytes.subarray(0, at)
}

/** Writes the frame of a message and says where the next one begins. */
function writeFrame(bytes: Buffer, at: number, message: string): number {
  const length = Buffer.byteLength(message)
  bytes[at] = FINAL_TEXT
  const start = at + headBytes(length)
  if (length < LENGTH_16) bytes[at + 1] = length
  else if (length < 2 ** 16) {
    bytes[at + 1] = LENGTH_16
    bytes.writeUInt16BE(length, at + 2)
  } else {
    bytes[at + 1] = LENGTH_64
    bytes.writeBigUInt64BE(BigInt(length), at + 2)
  }
  bytes.write(message, start)
  return start + length
}

const headBytes = (length: number): number => (length < LENGTH_16 ? 2 : length < 2 ** 16 ? 4 : HEAD_BYTES_MAX)
