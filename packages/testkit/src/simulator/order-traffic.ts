/**
 * Traffic of traders: orders of every kind in contracts and shares that come, open, pause, settle and go, by accounts of
 * every sort, with prices that meet and some that cannot be.
 */
import type { AnyTable, Engine, Id, Plain, Row } from '@stemma/core'
import type { SeededRandom } from './random.js'

export const ORDER_WEIGHTS = {
  placeOrder: 140,
  replaceOrder: 16,
  cancelOrder: 10,
  cancelOrders: 1,
  createInstrument: 2,
  changeState: 4,
  settleInstrument: 0.4,
  adjustPosition: 3,
} as const
export type OrderKind = keyof typeof ORDER_WEIGHTS

const TICK = 10n ** 16n
const MILLISECOND = 1_000
const FAVOURITES = 6

export class OrderTraffic {
  private symbols = 0

  constructor(
    private readonly random: SeededRandom,
    private readonly engine: () => Engine,
    private readonly id: (table: AnyTable) => Id,
  ) {}

  make(kind: OrderKind): readonly [command: string, input: Plain] {
    const { market, trading, hierarchy } = this.engine().rooms
    const { accounts } = hierarchy
    const { instruments } = market
    // The books of the house are the first accounts, and trade with nobody.
    const account = this.favourite(accounts, (row) => accounts.book.get(row) === 'customer')
    const instrument = this.favourite(instruments, (row) => instruments.state.get(row) === 'open')
    switch (kind) {
      case 'placeOrder':
        return ['orders.place', this.order(account, instrument)]
      case 'replaceOrder':
        return ['orders.replace', this.replacement(this.id(trading.orders))]
      case 'cancelOrder':
        return ['orders.cancel', { order: this.id(trading.orders) }]
      case 'cancelOrders':
        return ['orders.cancel_all', { account, instrument: null, side: null }]
      case 'createInstrument':
        return ['instruments.create', this.instrument()]
      case 'changeState': {
        const states = { open: 12, preopen: 1, auction: 2, suspended: 1, halted: 0.5, closed: 1 }
        const state = this.random.weighted(states)
        return ['instruments.set_state', { instrument, state, version: null }]
      }
      case 'settleInstrument':
        return ['instruments.settle', { instrument, price: this.random.pick([0n, 100n, 37n]) * TICK }]
      case 'adjustPosition': {
        const quantity = BigInt(this.random.between(-5, 40))
        return [
          'positions.adjust',
          { account, instrument, quantity, cost: 1_000_000n, description: 'simulated' },
        ]
      }
    }
  }

  private order(account: Id, instrument: Id): Plain {
    const { random } = this
    const type = random.weighted({ limit: 12, market: 2, market_to_limit: 1, stop: 1, stop_limit: 1 })
    const timeInForce = random.weighted({ gtc: 8, day: 2, gtd: 2, ioc: 2, fok: 1 })
    const selfMatchId = random.chance(0.2) ? `desk-${random.below(2)}` : null
    return {
      account,
      instrument,
      side: random.pick(['buy', 'sell']),
      type,
      timeInForce,
      quantity: BigInt(random.between(1, 12)),
      cash: null,
      price: type === 'limit' || type === 'stop_limit' ? this.price() : null,
      pricing: 'given',
      stopPrice: type === 'stop' || type === 'stop_limit' ? this.price() : null,
      expiresAt: timeInForce === 'gtd' ? this.engine().image.head.time + 5_000 * MILLISECOND : null,
      clientOrderId: random.chance(0.2) ? `order-${random.below(10)}` : null,
      minimumQuantity: random.chance(0.03) ? 5n : null,
      allOrNone: random.chance(0.05),
      postOnly: random.chance(0.05),
      strictLimit: random.chance(0.02),
      reduceOnly: random.chance(0.02),
      selfMatchId,
      selfMatchInstruction:
        selfMatchId === null ? null : random.pick(['reject_aggressor', 'cancel_resting', 'remove_both']),
      tags: {},
      onReject: random.pick(['refuse', 'record']),
    }
  }

  private replacement(order: Id): Plain {
    const { random } = this
    return {
      order,
      clientOrderId: null,
      price: random.chance(0.5) ? this.price() : null,
      stopPrice: null,
      quantity: random.chance(0.5) ? BigInt(random.between(1, 40)) : null,
      timeInForce: null,
      expiresAt: null,
      minimumQuantity: null,
      allOrNone: null,
      postOnly: null,
      strictLimit: null,
      onReject: random.pick(['refuse', 'record']),
    }
  }

  private instrument(): Plain {
    this.symbols += 1
    const isShare = this.random.chance(0.3)
    return {
      symbol: `symbol-${this.symbols}`,
      displayName: 'Simulated',
      kind: isShare ? 'equity' : 'event_contract',
      currency: this.random.weighted({ USD: 4, EUR: 1 }),
      tick: TICK,
      quantityScale: 0,
      lot: 1n,
      multiplier: 10n ** 18n,
      priceLow: TICK,
      priceHigh: 99n * TICK,
      quantityMax: null,
      notionalMax: null,
      settlementDays: isShare ? 1 : 0,
      feeSchedule: null,
      event: null,
      venue: null,
      expiresAt: null,
      metadata: {},
    }
  }

  /** One of the first few that are meant, mostly: where everybody trades, orders meet. */
  private favourite(table: AnyTable, isMeant: (row: Row) => boolean): Id {
    const ids = table
      .idsInOrder()
      .filter((id) => isMeant(table.row(id)))
      .slice(0, FAVOURITES)
    return ids.length === 0 || this.random.chance(0.2) ? this.id(table) : this.random.pick(ids)
  }

  /** Near the middle mostly, so that orders meet; sometimes off the tick or out of bounds. */
  private price(): bigint {
    switch (this.random.weighted({ near: 94, off: 2, beyond: 2, far: 4 })) {
      case 'near':
        return BigInt(this.random.between(45, 55)) * TICK
      case 'far':
        return BigInt(this.random.between(1, 99)) * TICK
      case 'off':
        return TICK / 2n
      case 'beyond':
        return 200n * TICK
    }
  }
}
