/** Ways in which market channels are fed: the host's view of a market, events of everybody's, and a look now and then. */
import type { Event } from '@stemma/core'
import type { MarketView } from '../../host/market-view.js'
import type { Subscription } from '../../services.js'
import type { Opening } from './channel.js'
import { type Contract, SYSTEM } from './instruments.js'

/** Of something that keeps a window open until the channel is closed. */
export function stopping(subscription: Subscription | null, kept: { stop(): void }): Subscription | null {
  if (subscription !== null) void subscription.closed.then(() => kept.stop())
  return subscription
}

export async function watch(
  { services: { host } }: Opening,
  { id }: Contract,
  depth: number,
  deliver: (view: MarketView) => void,
): Promise<Subscription | null> {
  const answer = await host.watchMarket(SYSTEM, 'l2marketdata:read', { instruments: [id], depth }, (told) => {
    deliver(told.view)
    return true
  })
  return answer.kind === 'answer' ? answer.result : null
}

/** Events that everybody may know of. */
export async function followAll(
  { services: { host } }: Opening,
  matches: (event: Event) => boolean,
  deliver: (event: Event) => void,
): Promise<Subscription | null> {
  const told = (event: Event): boolean => {
    deliver(event)
    return true
  }
  const follow = { scope: 'marketdata:read', needs: [], matches }
  const answer = await host.follow(SYSTEM, follow, null, told, async () => {})
  return answer.kind === 'answer' ? answer.result : null
}

export const isFill = (kind: string): boolean => kind === 'order.filled' || kind === 'order.partially_filled'

/** Once a second, for what no event tells of. */
const LOOK_MILLISECONDS = 1_000

export function lookNowAndThen(look: () => void): Subscription {
  let end: (ending: 'unsubscribed') => void = () => {}
  const closed = new Promise<'unsubscribed'>((resolve) => {
    end = resolve
  })
  const timer = setInterval(look, LOOK_MILLISECONDS)
  void closed.then(() => clearInterval(timer))
  look()
  return { closed, close: () => end('unsubscribed') }
}
