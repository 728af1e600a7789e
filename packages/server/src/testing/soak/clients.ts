/** Clients that work until the server is gone: over HTTP, over WebSocket and over gRPC. */
import { importPKCS8, SignJWT } from 'jose'
import { WebSocket } from 'ws'
import { grpcClientAt } from '../grpc-client.js'
import { demoFile, type ServerProcess } from '../server-process.js'
import type { Round, Transfer } from './round.js'

const GRPC_ACCOUNT = 'firms/api-acme-participantfirm/accounts/api-acme-account-1'
const TRADING_CLIENT = 'acme-trading-client'
export const UNAVAILABLE = 14
/** A server that ends by itself says so, and takes nothing. */
const UNAVAILABLE_HTTP = 503

/** The transfer of a key; now and then the money goes back. */
export function nextTransfer(
  round: Round,
  client: string,
  count: number,
  accounts: readonly [string, string],
): readonly [key: string, transfer: Transfer] {
  const key = `round-${round.number}-${client}-${count}`
  const [from, to] = count % 3 === 0 ? [accounts[1], accounts[0]] : accounts
  const transfer: Transfer = {
    from,
    to,
    currency: 'USD',
    amount: `0.${String(1 + (count % 99)).padStart(2, '0')}`,
    description: key,
  }
  round.transfers.set(key, transfer)
  return [key, transfer]
}

export interface Sent {
  readonly transfer: string
  readonly isReplayed: boolean
}

/** Throws a TypeError where the connection ended, as fetch does. */
export async function sendTransfer(
  { url, key }: ServerProcess,
  name: string,
  transfer: Transfer,
): Promise<Sent> {
  const response = await fetch(`${url}/stemma/v1/transfers`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': name,
    },
    body: JSON.stringify(transfer),
  })
  const text = await response.text()
  if (response.status === UNAVAILABLE_HTTP) throw new TypeError(`${name}: ${text}`)
  if (response.status !== 200) throw new Error(`${name}: ${response.status} ${text}`)
  const isReplayed = response.headers.get('idempotency-replayed') === 'true'
  return { transfer: (JSON.parse(text) as { transfer: string }).transfer, isReplayed }
}

export async function httpClient(
  server: ServerProcess,
  round: Round,
  name: string,
  accounts: readonly [string, string],
): Promise<void> {
  for (let count = 0; ; count += 1) {
    const [key, transfer] = nextTransfer(round, name, count, accounts)
    try {
      round.acknowledge(key, (await sendTransfer(server, key, transfer)).transfer)
    } catch (error) {
      // Only the end of the connection may end a client.
      if (error instanceof TypeError) return
      throw error
    }
  }
}

/** Several in flight on one socket. */
export async function socketClient(
  server: ServerProcess,
  round: Round,
  name: string,
  accounts: readonly [string, string],
): Promise<void> {
  const socket = openSocket(server)
  let count = 0
  const next = (): void => {
    const [key, input] = nextTransfer(round, name, count, accounts)
    count += 1
    const message = { id: key, operation: 'transfers.create', idempotency_key: key, input }
    socket.send(JSON.stringify(message), () => {})
  }
  const ended = new Promise<void>((resolve, reject) => {
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.on('message', (data) => {
      const { id, status, result, problem } = JSON.parse(String(data))
      if (status === UNAVAILABLE_HTTP) return socket.close()
      if (status !== 200) return reject(new Error(`${id}: ${status} ${JSON.stringify(problem)}`))
      round.acknowledge(id, result.transfer)
      next()
    })
  })
  socket.on('open', () => {
    for (let each = 0; each < 8; each += 1) next()
  })
  await ended
}

export function openSocket({ url, key }: ServerProcess): WebSocket {
  return new WebSocket(`${url.replace('http', 'ws')}/stemma/v1/ws`, {
    headers: { authorization: `Bearer ${key}` },
  })
}

/** Places orders that rest, and cancels each once it was told its id. */
export async function grpcOrders(
  server: ServerProcess,
  directory: string,
  round: Round,
  name: string,
): Promise<void> {
  const demo = demoFile(directory)['polymarket-us']
  const client = grpcClientAt(server.grpc)
  try {
    const token = await signIn(directory, TRADING_CLIENT)
    for (let count = 0; token !== null; count += 1) {
      const clientOrderId = `r${round.number}-${name}-${count}`
      round.orders.add(clientOrderId)
      const placed = await client.ask(
        'polymarket.v1.OrderEntryAPI/InsertOrder',
        {
          account: GRPC_ACCOUNT,
          symbol: demo.instrument,
          type: 'ORDER_TYPE_LIMIT',
          side: 'SIDE_BUY',
          time_in_force: 'TIME_IN_FORCE_GOOD_TILL_CANCEL',
          order_qty: 1,
          price: 10,
          clord_id: clientOrderId,
        },
        { token },
      )
      if (placed.code === UNAVAILABLE) return
      if (placed.code !== 0) throw new Error(`${clientOrderId}: ${placed.code} ${placed.details}`)
      round.acknowledgeOrder(clientOrderId, placed.message.order_id)
      const cancel = { order_id: placed.message.order_id, symbol: demo.instrument }
      const cancelled = await client.ask('polymarket.v1.OrderEntryAPI/CancelOrder', cancel, { token })
      if (cancelled.code === UNAVAILABLE) return
      if (cancelled.code !== 0) throw new Error(`${clientOrderId}: ${cancelled.code} ${cancelled.details}`)
      round.acknowledgeCancel(clientOrderId)
    }
  } finally {
    client.close()
  }
}

/** A token of one of the venue's clients, by its id; null where the server is gone. */
export async function signIn(directory: string, clientId: string): Promise<string | null> {
  const { clients, tokenUrl, audience } = demoFile(directory)['polymarket-us']
  const client = clients.find((candidate) => candidate.clientId === clientId)
  if (client === undefined) throw new Error('expected a client of the venue in the demo world')
  const key = await importPKCS8(client.privateKeyPem, 'RS256')
  const signed = await new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(client.clientId)
    .setSubject(client.clientId)
    .setAudience(tokenUrl)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key)
  const body = {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: signed,
    audience,
  }
  try {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { readonly access_token?: string }
    if (answer.access_token === undefined) throw new Error(`expected a token, was ${JSON.stringify(answer)}`)
    return answer.access_token
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}
