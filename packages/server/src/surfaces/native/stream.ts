/** Streams as server-sent events: resumable by id, with heartbeats, and without mercy for readers that do not read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress } from '../../http/client-address.js'
import { PROTECTIVE_HEADERS } from '../../http/protective-headers.js'
import type { Services } from '../../services.js'
import { callerOf, requestIdOf } from './caller.js'
import { replyToFault } from './fault.js'
import { send } from './send.js'
import type { Given, Stream } from './streams.js'
import { UNREAD_BYTES_MAX } from './subscribe.js'

export function streamHandler(services: Services, stream: Stream, heartbeatMs: number) {
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
      raw.write(`: stream of ${stream.name}\n\n${place}`)
    }
    try {
      const caller = await callerOf(services, request.headers, clientAddress(request.raw), requestId)
      const given = givenIn(request, stream)
      const { subscription, place } = await stream.open(services, caller, given, ({ id, kind, data }) => {
        begin()
        raw.write(`${id === null ? '' : `id: ${id}\n`}event: ${kind}\ndata: ${data}\n\n`)
        return raw.writableLength <= UNREAD_BYTES_MAX
      })
      // Who follows from now on and is cut off before anything happened has to know from where it goes on.
      if (!isOpen && place !== null) begin(`id: ${place}\n\n`)
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

function givenIn({ query, headers }: FastifyRequest, { lists }: Stream): Given {
  const given = { ...(query as Record<string, unknown>) }
  for (const name of lists)
    given[name] = typeof given[name] === 'string' && given[name] !== '' ? given[name].split(',') : []
  const last = headers['last-event-id']
  return last === undefined ? given : { ...given, after: last }
}
