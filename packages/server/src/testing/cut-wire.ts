/** A wire that is cut at random: a TCP proxy that destroys connections, before or after what came was passed on. Not exported. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CutWire {
  readonly port: number
  /** How often it has cut so far. */
  readonly cuts: number
  /** From now on it cuts nothing. */
  mend(): void
  close(): void
}

/** `luck(n)` draws below n; of a hundred pieces that come from either side, `cutsOfHundred` end the connection. */
export async function cutWire(
  target: () => number,
  luck: (most: number) => number,
  cutsOfHundred: number,
): Promise<CutWire> {
  let [cuts, isMended] = [0, false]
  const open = new Set<Socket>()
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (piece) => {
      const isCut = !isMended && luck(100) < cutsOfHundred
      if (isCut) cuts += 1
      // Half of the cuts come before the piece is passed on and half behind it.
      if (!isCut || luck(2) === 0) to.write(piece)
      if (!isCut) return
      from.destroy()
      to.end()
    })
    from.on('error', () => to.destroy())
    from.on('close', () => to.end())
  }
  const server = createServer((near) => {
    const far = connect(target(), '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
    }
    pass(near, far)
    pass(far, near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    mend() {
      isMended = true
    },
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
