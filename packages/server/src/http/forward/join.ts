/** Two connections that are one from now on: what comes in at either goes out at the other, and with one the other ends. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What was said before the end may take so long to be read. */
const LAST_WORDS_MILLISECONDS_MAX = 30_000

export function join(near: Duplex, far: Duplex): void {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    if (one instanceof Socket) one.setTimeout(0)
    one.on('error', () => one.destroy())
    one.on('close', () => endSoon(other))
    one.pipe(other)
  }
}

/** What it was told still goes out. */
function endSoon(stream: Duplex): void {
  stream.end(() => stream.destroy())
  if (stream instanceof Socket) stream.setTimeout(LAST_WORDS_MILLISECONDS_MAX, () => stream.destroy())
}
