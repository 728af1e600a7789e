/** Events as server-sent events: resumable by id, with heartbeats, and without mercy for readers that do not read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PROTECTIVE_HEADERS } from '../../http/protective-headers.js'
import type { Services } from '../../services.js'
import { callerOf, requestIdOf } from './caller.js'
import { eventToWire } from './event-wire.js'
import { replyToFault } from './fault.js'
import { send } from './send.js'
import { subscribe, UNREAD_BYTES_MAX, wantedOf } from './subscribe.js'

export function streamHandler(services: Services, heartbeatMs: number) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const requestId = requestIdOf(request.headers)
    const { raw } = reply
    let isOpen = false
    const begin = () => {
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
      raw.write(': stream of events\n\n')
    }
    try {
      const caller = await callerOf(services, request.headers, request.ip, requestId)
      const query = request.query as Record<string, unknown>
      const kinds = typeof query.kinds === 'string' && query.kinds !== '' ? query.kinds.split(',') : []
      const wanted = wantedOf(query.under, kinds, request.headers['last-event-id'] ?? query.after)
      const subscription = await subscribe(services, caller, wanted, (event) => {
        begin()
        raw.write(
          `id: ${event.sequence}.${event.index}\nevent: ${event.kind}\ndata: ${JSON.stringify(eventToWire(event))}\n\n`,
        )
        return raw.writableLength <= UNREAD_BYTES_MAX
      })
      begin()
      const heart = setInterval(() => raw.write(': heartbeat\n\n'), heartbeatMs)
      raw.on('close', () => {
        clearInterval(heart)
        subscription.close()
      })
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
