/**
 * The crypto client of the demo world over the venue's socket: its main account, and subaccounts that it makes and pays
 * into, each on a socket of its own, so that each has its own credits for orders.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withDirectory } from './data-directory.js'
import { FrameSocket } from './frame-socket.js'
import { ServerProcess } from './server.js'

const PATH = '/ws/api/v2'
export const INSTRUMENT = 'BTC-PERPETUAL'
const CLIENTS = 16
/** A call and then another: the pool of everything but orders gives back twenty a second. */
const PAUSE_MILLISECONDS = 60

interface Told {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
  readonly params?: { readonly channel: string; readonly data: Readonly<Record<string, unknown>> }
}

/** A socket of JSON-RPC. */
export class RpcChannel {
  onNotification: (data: Readonly<Record<string, unknown>>) => void = () => {}
  private readonly waiting = new Map<number, (told: Told) => void>()
  private number = 0

  private constructor(private readonly frames: FrameSocket) {
    frames.onText = (payload) => this.receive(JSON.parse(payload.toString()) as Told)
    frames.onClose = () => {
      throw new Error('the server closed a socket')
    }
  }

  /** From an address of its own: one address has so many sockets. */
  static async open(port: number, localAddress: string): Promise<RpcChannel> {
    return new RpcChannel(await FrameSocket.open({ port, path: PATH, localAddress }))
  }

  call(method: string, params: object): Promise<Told> {
    this.number += 1
    const id = this.number
    const answered = new Promise<Told>((resolve) => this.waiting.set(id, resolve))
    this.frames.sendText(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    return answered
  }

  /** The result, which there has to be. */
  async result<Result>(method: string, params: object): Promise<Result> {
    const { result, error } = await this.call(method, params)
    if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`)
    return result as Result
  }

  close(): void {
    this.frames.close()
  }

  private receive(told: Told): void {
    if (told.params !== undefined) this.onNotification(told.params.data)
    if (told.id === undefined) return
    this.waiting.get(told.id)?.(told)
    this.waiting.delete(told.id)
  }
}

interface Pair {
  readonly refresh_token: string
}

export interface Desk {
  readonly server: ServerProcess
  /** Sockets that were proven, one for each account. */
  readonly clients: readonly RpcChannel[]
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))

/** Addresses of this machine, another each time. */
export const addressNumbered = (number: number): string =>
  `127.1.${Math.floor(number / 200)}.${(number % 200) + 1}`

export async function withDesk(use: (desk: Desk) => Promise<void>): Promise<void> {
  await withDirectory(async (directory) => {
    const data = join(directory, 'data')
    const server = await ServerProcess.start(data, { STEMMA_DEMO: '1' })
    const clients: RpcChannel[] = []
    try {
      const { deribit } = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'))
      const main = await RpcChannel.open(server.port, addressNumbered(0))
      clients.push(main)
      const credentials = {
        grant_type: 'client_credentials',
        client_id: deribit.main.clientId,
        client_secret: deribit.main.clientSecret,
      }
      await main.result<Pair>('public/auth', credentials)
      for (let number = 1; number <= CLIENTS; number += 1) {
        await pause()
        clients.push(await clientOf(server.port, main, credentials, number))
      }
      await use({ server, clients })
    } finally {
      for (const client of clients) client.close()
      await server.stop()
    }
  })
}

/** A subaccount with a tenth of a coin, on a socket where its owner's token was exchanged for its own. */
async function clientOf(
  port: number,
  main: RpcChannel,
  credentials: object,
  number: number,
): Promise<RpcChannel> {
  const { id } = await main.result<{ readonly id: number }>('private/create_subaccount', {})
  await pause()
  const paid = { currency: 'BTC', amount: 0.1, destination: id }
  await main.result('private/submit_transfer_to_subaccount', paid)
  const client = await RpcChannel.open(port, addressNumbered(number))
  const { refresh_token } = await client.result<Pair>('public/auth', credentials)
  await pause()
  await client.result('public/exchange_token', { refresh_token, subject_id: id })
  return client
}
