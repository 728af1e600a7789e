/** Connections on which nothing moved for the time that a server allows. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Closes those whose client does not read what it was sent. One that waits for an answer is kept, however long the
 * answer takes: it is the server that is late, and whoever is cut off could not know what became of the request. An
 * idle one, or one whose request trickles in, is closed by the time limits for that.
 */
export function closeStalledOnly(server: Server): void {
  server.on('timeout', (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy()
  })
}
