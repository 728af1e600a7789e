/**
 * The door of HTTP: what comes from outside passes where this process may answer. Where it stands by, the request is
 * refused in the words of its surface, with the address of the writer, or handed on to the writer.
 */
import type { Refusal } from '@stemma/core'
import type { FastifyInstance } from 'fastify'
import type { Admission } from '../host/admission.js'
import { FORWARDED_HEADER, forward } from './forward.js'
import type { UnroutedFor } from './unread.js'

export interface DoorOptions {
  readonly admission: Admission
  readonly mayForward: boolean
  readonly unroutedFor: UnroutedFor
}

/** Where a client finds who answers, whatever the words of its surface. */
const WRITER_HEADER = 'Stemma-Writer'

/** What a process says of itself, whatever it is. */
const OF_PROCESS = ['/health/', '/metrics']

export function keepDoor(app: FastifyInstance, { admission, mayForward, unroutedFor }: DoorOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (admission.isOpen || OF_PROCESS.some((prefix) => request.url.startsWith(prefix))) {
      done()
      return
    }
    const turnAway = (refusal: Refusal): void => {
      if (admission.writer !== null) reply.raw.setHeader(WRITER_HEADER, admission.writer)
      reply.header('retry-after', '1')
      unroutedFor(request.url).refuse(request, reply, refusal)
    }
    void admission.refusal().then((refusal) => {
      if (refusal === null) return done()
      const { writer } = admission
      if (!mayForward || writer === null || request.headers[FORWARDED_HEADER] !== undefined)
        return turnAway(refusal)
      forward(request.raw, reply.raw, writer, () => turnAway(refusal))
    })
  })
}
