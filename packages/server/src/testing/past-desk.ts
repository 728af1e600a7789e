/**
 * The crypto desk with a clock that is moved by hand, and what native histories and the second venue tell of its past.
 * Not exported.
 */
import { HOUR, type Instant } from '@stemma/core'
import { ManualClock } from '../host/clock.js'
import { type Told as Answered, type CryptoDesk, type Key, openCryptoDesk } from './crypto-desk.js'
import { START } from './venue.js'

export type Told = Answered['body']

/** The linear perpetual, of which the third subaccount bought 0.1 at 100,010 in the first minute. */
export const NAME = 'BTC_USDC-PERPETUAL'

export interface PastDesk {
  readonly desk: CryptoDesk
  readonly clock: ManualClock
  readonly trader: Key
  /** A native answer, whether it was refused or not. */
  read(path: string, key?: string): Promise<Told>
  /** All pages, as a client reads them. */
  allOf(path: string): Promise<Told[]>
  /** What the second venue answers, which has to succeed. */
  venue(method: string, params: object, key?: Key | null): Promise<Told>
  /** To the next full hour. */
  passHour(): void
}

export async function openPastDesk(): Promise<PastDesk> {
  const clock = new ManualClock(START)
  const desk = await openCryptoDesk(clock)
  const read = async (path: string, key = desk.operatorKey): Promise<Told> => {
    const response = await fetch(`${desk.url}/stemma/v1${path}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    return response.json()
  }
  return {
    desk,
    clock,
    trader: desk.subaccounts[2] as Key,
    read,
    async allOf(path) {
      const items: Told[] = []
      for (let cursor: string | null = null; ; ) {
        const page: Told = await read(`${path}${cursor === null ? '' : `&cursor=${cursor}`}`)
        items.push(...page.items)
        cursor = page.next_cursor
        if (cursor === null) return items
      }
    },
    async venue(method, params, key = null) {
      const { body } = await desk.call(method, params, key)
      if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
      return body.result
    },
    passHour() {
      clock.advance(HOUR - (clock.now() % HOUR))
      desk.server.host.tick()
    },
  }
}

/** A time on the native wire. */
export const time = (microseconds: Instant | number): string =>
  `${new Date(microseconds / 1_000).toISOString().slice(0, -1)}000Z`
