/** A file as the answer of a route, instead of a message. */
import type { Readable } from 'node:stream'

export class Download {
  constructor(
    readonly type: string,
    readonly name: string,
    readonly content: Readable,
  ) {}
}
