/** A stock gRPC client over the published proto files, as an integrator writes it. Not exported. */
import { join } from 'node:path'
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import type { Venue } from './venue.js'

const PROTO = join(import.meta.dirname, '..', '..', 'proto')
const FILES = [
  'polymarket/v1/accounts.proto',
  'polymarket/v1/funding.proto',
  'polymarket/v1/health.proto',
  'polymarket/v1/trading.proto',
  'polymarket/v1/positions.proto',
  'polymarket/v1/report.proto',
  'polymarket/v1/refdata.proto',
  'polymarket/v1/marketdata.proto',
  'polymarket/v1/marketdatasubscription.proto',
  'polymarket/v1/dropcopy.proto',
  'polymarket/us/cashmovement/v1/cash_movement.proto',
  'polymarket/us/settlement/v1/settlement.proto',
]
const DEFINITION = loadPackageDefinition(
  loadSync(FILES, { includeDirs: [PROTO], keepCase: true, longs: String, enums: String, defaults: true }),
)

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
type Message = any

export interface Answer {
  /** gRPC's number; 0: it went well. */
  readonly code: number
  readonly details: string
  readonly metadata: Metadata
  readonly message: Message
}

export interface Sent {
  readonly token?: string | undefined
  readonly participant?: string
  readonly deadline?: number
}

export interface Stream {
  readonly call: ClientReadableStream<Message>
  /** The next message; fails when the stream ends first. */
  next(): Promise<Message>
  /** How it ended. */
  readonly ended: Promise<StatusObject>
}

export interface BothWays extends Stream {
  /** Nothing more is sent. */
  finish(): void
  send(message: object): void
}

export interface GrpcClient {
  ask(method: string, message?: object, sent?: Sent): Promise<Answer>
  open(method: string, message?: object, sent?: Sent): Stream
  /** Where both sides go on. */
  converse(method: string, sent?: Sent): BothWays
  close(): void
}

export const grpcAddress = (venue: Venue): string => `127.0.0.1:${venue.server.grpcPort}`

export const grpcClient = (venue: Venue, address = grpcAddress(venue)): GrpcClient => grpcClientAt(address)

export function grpcClientAt(address: string): GrpcClient {
  const clients = new Map<string, Message>()
  const clientOf = (service: string): Message => {
    const known = clients.get(service)
    if (known !== undefined) return known
    const Client = service.split('.').reduce((at: Message, name) => at[name], DEFINITION)
    const made = new Client(address, credentials.createInsecure())
    clients.set(service, made)
    return made
  }
  const parts = (method: string): readonly [string, string] => method.split('/') as [string, string]
  return {
    ask(method, message = {}, sent = {}) {
      const [service, name] = parts(method)
      return new Promise((resolve) => {
        clientOf(service)[name](
          message,
          metadataOf(sent),
          optionsOf(sent),
          (error: ServiceError | null, answer: Message) =>
            resolve({
              code: error?.code ?? 0,
              details: error?.details ?? '',
              metadata: error?.metadata ?? new Metadata(),
              message: answer,
            }),
        )
      })
    },
    open(method, message = {}, sent = {}) {
      const [service, name] = parts(method)
      return streamOf(clientOf(service)[name](message, metadataOf(sent), optionsOf(sent)))
    },
    converse(method, sent = {}) {
      const [service, name] = parts(method)
      const call: ClientDuplexStream<Message, Message> = clientOf(service)[name](
        metadataOf(sent),
        optionsOf(sent),
      )
      return {
        ...streamOf(call),
        send: (message) => void call.write(message),
        finish: () => void call.end(),
      }
    },
    close() {
      for (const client of clients.values()) client.close()
    },
  }
}

function metadataOf({ token, participant }: Sent): Metadata {
  const metadata = new Metadata()
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  if (participant !== undefined) metadata.set('x-participant-id', participant)
  return metadata
}

const optionsOf = ({ deadline }: Sent): object =>
  deadline === undefined ? {} : { deadline: Date.now() + deadline }

function streamOf(call: ClientReadableStream<Message>): Stream {
  const ended = new Promise<StatusObject>((resolve) => call.once('status', resolve))
  call.on('error', () => {})
  const arrived: Message[] = []
  let wake = (): void => {}
  call.on('data', (message) => {
    arrived.push(message)
    wake()
  })
  return {
    call,
    ended,
    async next() {
      while (arrived.length === 0) {
        const came = new Promise<null>((resolve) => {
          wake = () => resolve(null)
        })
        const end = await Promise.race([came, ended])
        if (end !== null && arrived.length === 0)
          throw new Error(`expected a message, the stream ended: ${end.code} ${end.details}`)
      }
      return arrived.shift()
    },
  }
}
