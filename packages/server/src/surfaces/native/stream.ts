/** Events as server-sent events: resumable by id, with heartbeats, and without mercy for readers that do not read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PROTECTIVE_HEADERS } from '../../http/protective-headers.js'
import type { Services } from '../../services.js'
import { callerOf, requestIdOf } from './caller.js'
import { eventToWire } from './event-wire.js'
import { replyToFault } from './fault.js'
import { send } from './send.js'
import { subscribe, UNREAD_BYTES_MAX, wantedOf } from './subscribe.js'

/** Behind every event of a sequence. */
const INDEX_LAST = 999_999_999

export function streamHandler(services: Services, heartbeatMs: number) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const requestId = requestIdOf(request.headers)
    const { raw } = reply
    let isOpen = false
    const begin = (place = '') => {
      if (isOpen) return
      isOpen = true
      reply.hijack()
      raw.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
        'X-Request-Id': requestId,
        ...PROTECTIVE_HEADERS,
      })
      raw.write(`: stream of events\n\n${place}`)
    }
    try {
      const caller = await callerOf(services, request.headers, request.ip, requestId)
      const query = request.query as Record<string, unknown>
      const kinds = typeof query.kinds === 'string' && query.kinds !== '' ? query.kinds.split(',') : []
      const wanted = wantedOf(query.under, kinds, request.headers['last-event-id'] ?? query.after)
      const { subscription, sequence } = await subscribe(services, caller, wanted, (event) => {
        begin()
        raw.write(
          `id: ${event.sequence}.${event.index}\nevent: ${event.kind}\ndata: ${JSON.stringify(eventToWire(event))}\n\n`,
        )
        return raw.writableLength <= UNREAD_BYTES_MAX
      })
      // Who follows from now on and is cut off before anything happened has to know from where it goes on.
      if (!isOpen && wanted.after === null) begin(`id: ${sequence}.${INDEX_LAST}\n\n`)
      begin()
      const heart = setInterval(() => raw.write(': heartbeat\n\n'), heartbeatMs)
      // The reader may have gone while it was let in.
      if (raw.destroyed) subscription.close()
      raw.on('close', () => subscription.close())
      subscription.closed.then((reason) => {
        clearInterval(heart)
        if (raw.destroyed) return
        // A reader that is too slow would not read the reason either.
        if (reason === 'slow') raw.destroy()
        else raw.end(`event: closed\ndata: {"reason":"${reason}"}\n\n`)
      })
    } catch (thrown) {
      if (isOpen) raw.destroy()
      else send(reply, replyToFault(thrown, services, requestId), requestId)
    }
  }
}
