/** A TCP proxy before a server, which cuts connections where a test wants: a network as it can be. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  /** The address of the server, with the proxy's host and port. */
  readonly url: string
  /** Connections that were made so far. */
  readonly connections: number
  /** Pieces of answers that were handed on. */
  readonly answers: number
  /** How often somebody asked who had nothing under way: what is sent before an answer comes is one with what it follows. */
  readonly roundTrips: number
  /** The next so many answers are lost: the server gets the request, and the client hears nothing. */
  loseAnswers(count: number): void
  /** The next so many requests are lost: the server does not get them. */
  loseRequests(count: number): void
  /** Called before the next connection is made. */
  beforeNext(prepare: () => Promise<void>): void
  /** Cuts what is open. */
  cut(): void
  close(): void
}

export async function openCuttingProxy(target: string): Promise<CuttingProxy> {
  const open = new Set<Socket>()
  let [connections, answers, answersToLose, requestsToLose, roundTrips] = [0, 0, 0, 0, 0]
  let prepare = async (): Promise<void> => {}
  const server = createServer(async (near) => {
    connections += 1
    open.add(near)
    near.on('error', () => near.destroy())
    await prepare()
    prepare = async () => {}
    const far = connect(Number(new URL(target).port), '127.0.0.1')
    const end = () => {
      open.delete(near)
      near.destroy()
      far.destroy()
    }
    let isAsking = false
    near.on('data', (part) => {
      if (!isAsking) roundTrips += 1
      isAsking = true
      if (requestsToLose === 0) {
        far.write(part)
      } else {
        requestsToLose -= 1
        end()
      }
    })
    near.on('end', () => far.end())
    far.on('data', (part) => {
      isAsking = false
      if (answersToLose === 0) {
        answers += 1
        near.write(part)
      } else {
        answersToLose -= 1
        end()
      }
    })
    for (const side of [near, far]) side.on('error', end).on('close', end)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: target.replace(new URL(target).host, `127.0.0.1:${(server.address() as AddressInfo).port}`),
    get connections() {
      return connections
    },
    get answers() {
      return answers
    },
    get roundTrips() {
      return roundTrips
    },
    loseAnswers(count) {
      answersToLose = count
    },
    loseRequests(count) {
      requestsToLose = count
    },
    beforeNext(next) {
      prepare = next
    },
    cut() {
      // What was handed on arrives.
      for (const socket of open) socket.destroySoon()
    },
    close() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
