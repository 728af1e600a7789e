/**
 * The door: what comes from outside passes where this process may answer. Where it stands by, it is refused in the words
 * of its surface, with the address of the writer, or handed on to the writer.
 */
import type { IncomingMessage } from 'node:http'
import type { Refusal } from '@stemma/core'
import type { FastifyInstance } from 'fastify'
import type { Admission } from '../host/admission.js'
import { type ClientAddresses, isForwarded } from './client-address.js'
import type { Forwarding } from './forward/forwarding.js'
import type { UnroutedFor } from './unread.js'

/** Where a client finds who answers, whatever the words of its surface. */
export const WRITER_HEADER = 'Stemma-Writer'

/** What becomes of somebody who was not let in at once: one of these. */
export interface Ways {
  enter(): void
  refuse(refusal: Refusal, writer: string | null): void
  /** `turnAway` refuses after all: the writer was not reached. */
  handOn(forwarding: Forwarding, writer: string, turnAway: () => void): void
}

export class Door {
  constructor(
    private readonly admission: Admission,
    private readonly addresses: ClientAddresses,
    /** Null where a standby refuses. */
    private readonly forwarding: Forwarding | null,
  ) {}

  /** Whether it passes at once. Whoever asks, it is known from here on for whom a standby has handed it on. */
  isOpenTo(request: IncomingMessage): boolean {
    if (isForwarded(request)) this.addresses.note(request)
    return this.admission.isOpen
  }

  ask(request: IncomingMessage, ways: Ways): void {
    void this.admission.refusal().then((refusal) => {
      if (refusal === null) return ways.enter()
      const { admission, forwarding } = this
      const { writerUrl } = admission
      // Another process may answer by then.
      const turnAway = (): void => ways.refuse(admission.elsewhere(), admission.writer)
      // What another standby has handed on is never handed on again.
      if (forwarding === null || writerUrl === null || isForwarded(request)) turnAway()
      else ways.handOn(forwarding, writerUrl, turnAway)
    })
  }
}

/** What a process says of itself, whatever it is. */
const OF_PROCESS = ['/health/', '/metrics']

export function keepDoor(app: FastifyInstance, door: Door, unroutedFor: UnroutedFor): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (door.isOpenTo(request.raw) || OF_PROCESS.some((prefix) => request.url.startsWith(prefix))) {
      done()
      return
    }
    door.ask(request.raw, {
      enter: done,
      refuse(refusal, writer) {
        if (writer !== null) reply.raw.setHeader(WRITER_HEADER, writer)
        reply.header('retry-after', '1')
        unroutedFor(request.url).refuse(request, reply, refusal)
      },
      handOn: (forwarding, writer, turnAway) => forwarding.request(request.raw, reply.raw, writer, turnAway),
    })
  })
}
