/**
 * Ctrl-C and termination. A terminal sends SIGINT to the whole group and npm passes on its own, so one keypress can
 * arrive twice: what comes within a moment of the first is the same wish. Whoever asks again later is impatient and
 * gets an end at once.
 */
const SAME_WISH_MS = 1_500
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const

export function interruption(): AbortSignal {
  const controller = new AbortController()
  let firstAt = 0
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      const now = performance.now()
      if (!controller.signal.aborted) {
        firstAt = now
        controller.abort()
      } else if (now - firstAt > SAME_WISH_MS) {
        process.exit(128 + number)
      }
    })
  }
  return controller.signal
}
