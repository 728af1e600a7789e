/**
 * Traffic of traders: orders of every kind in instruments that come, open, pause, settle and go, by accounts of every
 * sort, with prices that meet and some that cannot be.
 */
import type { AnyTable, Engine, Id, Plain, Row } from '@stemma/core'
import { INDEX, InstrumentTraffic, TICK } from './instrument-traffic.js'
import type { SeededRandom } from './random.js'

export const ORDER_WEIGHTS = {
  placeOrder: 140,
  replaceOrder: 16,
  cancelOrder: 10,
  cancelOrders: 1,
  setProtection: 2,
  quote: 8,
  closePosition: 3,
  movePosition: 5,
  publishPrices: 30,
  createInstrument: 2,
  changeState: 4,
  settleInstrument: 0.4,
  adjustPosition: 3,
} as const
export type OrderKind = keyof typeof ORDER_WEIGHTS

const MILLISECOND = 1_000
const FAVOURITES = 8

export class OrderTraffic {
  private readonly instruments: InstrumentTraffic

  constructor(
    private readonly random: SeededRandom,
    private readonly engine: () => Engine,
    private readonly id: (table: AnyTable) => Id,
  ) {
    this.instruments = new InstrumentTraffic(random, engine, id)
  }

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
        return ['orders.replace', this.replacement(this.id(trading.orders), instrument)]
      case 'cancelOrder':
        return ['orders.cancel', { order: this.id(trading.orders) }]
      case 'cancelOrders':
        return ['orders.cancel_all', this.cancels(account)]
      case 'setProtection':
        return ['protections.set', this.protection(account)]
      case 'quote':
        return ['orders.quote', this.quotes()]
      case 'createInstrument':
        return ['instruments.create', this.instruments.next()]
      case 'publishPrices':
        return ['prices.publish', this.instruments.prices()]
      case 'closePosition':
        return ['positions.close', { account, instrument, price: null, label: null }]
      case 'movePosition':
        return ['positions.move', this.move(account, instrument)]
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

  private cancels(account: Id): Plain {
    const isOfQuotes = this.random.chance(0.3)
    return { account, instrument: null, side: null, onlyQuotes: isOfQuotes, freezesQuotes: isOfQuotes }
  }

  /** Low limits, so that some are triggered. */
  private protection(account: Id): Plain {
    const { random } = this
    return {
      account,
      index: INDEX,
      group: random.pick([null, 'near', 'far']),
      intervalSeconds: random.chance(0.1) ? 0 : 5,
      frozenSeconds: random.between(0, 20),
      quantityLimit: BigInt(random.between(1, 40)) * TICK,
      deltaLimit: null,
      sideQuantityMax: random.chance(0.3) ? BigInt(random.between(1, 40)) * TICK : null,
    }
  }

  /** Under a group that is there mostly, in contracts that follow its index mostly. */
  private quotes(): Plain {
    const { random } = this
    const { protections } = this.engine().rooms.trading
    const groups = protections
      .idsInOrder()
      .map((id) => protections.row(id))
      .filter((row) => protections.group.get(row) !== null)
    const row = groups.length === 0 ? null : random.pick(groups)
    const { instruments } = this.engine().rooms.market
    return {
      account: row === null ? this.id(this.engine().rooms.hierarchy.accounts) : protections.account.get(row),
      group: row === null ? 'near' : protections.group.get(row),
      quoteId: `message-${random.below(1_000)}`,
      quotes: Array.from({ length: random.between(1, 3) }, () => {
        const instrument = this.favourite(instruments, (each) => instruments.derivative.get(each) !== null)
        return {
          instrument,
          quoteSet: random.chance(0.5) ? `set-${random.below(3)}` : null,
          bid: this.quoteSide(instrument),
          ask: random.chance(0.8) ? this.quoteSide(instrument) : null,
        }
      }),
    }
  }

  private quoteSide(instrument: Id): Plain {
    const { random } = this
    const postOnly = random.chance(0.3)
    return {
      price: random.chance(0.95) ? this.instruments.price(instrument) : null,
      quantity: BigInt(random.between(0, 6)),
      postOnly,
      reprices: postOnly && random.chance(0.5),
    }
  }

  private order(account: Id, instrument: Id): Plain {
    const { random } = this
    const type = random.weighted({
      limit: 12,
      market: 2,
      market_to_limit: 1,
      stop: 1,
      stop_limit: 1,
      trailing_stop: 1,
    })
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
      price: type === 'limit' || type === 'stop_limit' ? this.instruments.price(instrument) : null,
      pricing: 'given',
      stopPrice: type === 'stop' || type === 'stop_limit' ? this.instruments.price(instrument) : null,
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
      trailingOffset: type === 'trailing_stop' ? BigInt(random.between(1, 4)) * TICK : null,
      linked: random.chance(0.1) ? this.linked(instrument) : null,
      tags: {},
      onReject: random.pick(['refuse', 'record']),
    }
  }

  /** A part of something that is open, mostly to an account of the same main account. */
  private move(account: Id, instrument: Id): Plain {
    const { random } = this
    const { trading, hierarchy } = this.engine().rooms
    const { positions } = trading
    const { accounts } = hierarchy
    const open = positions
      .idsInOrder()
      .map((id) => positions.row(id))
      .filter(
        (row) => positions.quantity.get(row) !== 0n && this.related(positions.account.get(row)).length > 1,
      )
    if (open.length === 0 || random.chance(0.1))
      return { from: account, to: this.id(accounts), legs: [{ instrument, quantity: 1n, price: null }] }
    const row = random.pick(open)
    const [from, held] = [positions.account.get(row), positions.quantity.get(row)]
    const of = positions.instrument.get(row)
    const quantity = BigInt(random.between(1, Number(held < 0n ? -held : held)))
    const price = random.chance(0.5) ? null : this.instruments.price(of)
    return { from, to: random.pick(this.related(from)), legs: [{ instrument: of, quantity, price }] }
  }

  /** The accounts of one main account. */
  private related(account: Id): readonly Id[] {
    const { accounts, subaccountsOf } = this.engine().rooms.hierarchy
    const main = accounts.main.get(accounts.row(account as never)) ?? account
    return [main, ...subaccountsOf.of(main as never).map((row) => accounts.id(row))]
  }

  /** One order that hangs on another, or two of a bracket. */
  private linked(instrument: Id): Plain {
    const { random } = this
    const kind = random.pick(['one_triggers_other', 'one_cancels_other', 'one_triggers_one_cancels_other'])
    const order = (type: string): Plain => ({
      side: random.pick(['buy', 'sell']),
      type,
      timeInForce: 'gtc',
      quantity: BigInt(random.between(1, 12)),
      price: type === 'limit' ? this.instruments.price(instrument) : null,
      stopPrice: type === 'stop' ? this.instruments.price(instrument) : null,
      trailingOffset: null,
      trigger: null,
      label: null,
      postOnly: false,
      reprices: false,
      reduceOnly: random.chance(0.3),
    })
    return {
      kind,
      condition: random.pick(['first_hit', 'complete_fill', 'incremental']),
      orders: kind === 'one_triggers_one_cancels_other' ? [order('limit'), order('stop')] : [order('limit')],
    }
  }

  private replacement(order: Id, instrument: Id): Plain {
    const { random } = this
    return {
      order,
      clientOrderId: null,
      price: random.chance(0.5) ? this.instruments.price(instrument) : null,
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

  /** One of the first few that are meant, mostly: where everybody trades, orders meet. */
  private favourite(table: AnyTable, isMeant: (row: Row) => boolean): Id {
    const ids = table
      .idsInOrder()
      .filter((id) => isMeant(table.row(id)))
      .slice(0, FAVOURITES)
    return ids.length === 0 || this.random.chance(0.2) ? this.id(table) : this.random.pick(ids)
  }
}
