/**
 * Orders for a server: one account after the other offers one contract or buys one, at the same price, so that every
 * second order trades. A stream of events is read beside them, as a firm's drop copy would be.
 */
import { once } from 'node:events'
import { get } from 'node:http'
import type { Bench } from './transfers.js'
import { API_KEY, SYMBOL } from './world.js'

export const IN_FLIGHT = 64
export const WORLD = { type: 'fully_collateralised', isTrading: true } as const

/** The fields of `orders.place`, for another account each time. */
export function orderMaker({ book }: Bench): () => string {
  let number = 0
  return () => {
    number += 1
    const account = book.accounts[number % book.accounts.length]
    const side = number % 2 === 0 ? 'buy' : 'sell'
    return `{"account":"acc_${account}","instrument":"${SYMBOL}","side":"${side}","type":"limit","time_in_force":"gtc","quantity":"1","price":"0.50"}`
  }
}

/** The party that the key reaches, and everything beneath it. */
async function firmOf(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/stemma/v1/parties?limit=1`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  })
  const { items } = (await answer.json()) as { readonly items: readonly { readonly id: string }[] }
  const [first] = items
  if (first === undefined) throw new Error('expected a party within reach')
  return first.id
}

/** Reads the stream of all events and throws them away; the figures are taken while it is on. */
export async function followEvents(port: number): Promise<{ bytes: () => number; close: () => void }> {
  let received = 0
  const request = get({
    host: '127.0.0.1',
    port,
    path: `/stemma/v1/events/stream?under=${await firmOf(port)}`,
    headers: { authorization: `Bearer ${API_KEY}`, accept: 'text/event-stream' },
  })
  const [answer] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`expected a stream of events, was ${answer.statusCode}`)
  answer.on('data', (bytes: Buffer) => {
    received += bytes.length
  })
  answer.on('error', () => {})
  return { bytes: () => received, close: () => request.destroy() }
}
