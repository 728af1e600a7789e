/** How the command ends. Scripts branch on these numbers, so they are fixed. */
export const EXIT = {
  done: 0,
  /** Stemma said no: nothing was changed. */
  refused: 1,
  /** The command line itself is not understood. */
  usage: 2,
  /** Nobody answered, or the answer made no sense. */
  unreachable: 3,
} as const

/** An end that is known and explained: its message is all that a person needs to see. */
export class Ending extends Error {
  constructor(
    readonly code: number,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options)
  }
}

export const usageError = (message: string, cause?: unknown): Ending =>
  new Ending(EXIT.usage, message, { cause })
