/**
 * Random trading for laws: orders of every kind by accounts that have much, little and nothing, in contracts and a share
 * with different fees, beside replacements, cancels, crosses, states, settlements and corrections. Much of it is refused.
 * The same numbers on the same state ask the same. Not exported.
 */
import type { Outcome } from '../engine/envelope.js'
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { type Event, instant, type Plain } from '../image/index.js'
import type { FeeScheduleId, InstrumentId } from '../market/index.js'
import type { Amount, Quantity } from '../money/index.js'
import {
  FILL_CONDITIONS,
  isWaitingType,
  LINK_KINDS,
  type LinkedAsked,
  type Traded,
} from '../trading/index.js'
import {
  at,
  contract,
  openMarket,
  orderInput,
  share,
  trader,
  UNCHANGED,
  usd,
  venueFees,
} from './market-world.js'
import { done, run, START } from './world.js'

/** A step in numbers: what is asked, five choices, and how many seconds later it comes. */
export type TradingChoice = readonly [
  kind: number,
  who: number,
  what: number,
  price: number,
  quantity: number,
  flags: number,
  later: number,
]

export interface TradingWorld {
  readonly engine: Engine
  readonly accounts: readonly AccountId[]
  readonly instruments: readonly InstrumentId[]
  /** Trades as history would hand them in, for corrections. */
  readonly traded: Traded[]
  /** Busts and corrections so far: they alone may leave an account without money for what it has. */
  corrections: number
}

/** Fees that are charged on both sides, each fill rounded up: the dearest way to round. */
export const dearFees = (engine: Engine): FeeScheduleId =>
  done<{ feeSchedule: FeeScheduleId }>(engine, 'fee_schedules.create', {
    name: 'dear',
    kind: 'notional',
    takerRate: at('0.02'),
    makerRate: at('0.01'),
    rounding: 'up',
  }).feeSchedule

export function openTrading(engine?: Engine): TradingWorld {
  const world = openMarket(engine)
  const money = ['1000.00', '20.00', '5.00', '3.00']
  const accounts = money.map((each, place) => trader(world, `trader-${place}`, each))
  const instruments = [
    contract(world.engine, 'fair', { feeSchedule: venueFees(world.engine) }),
    contract(world.engine, 'free'),
    contract(world.engine, 'dear', { feeSchedule: dearFees(world.engine), quantityScale: 2, lot: 50n }),
    share(world.engine, 'ACME', { feeSchedule: dearFees(world.engine) }),
  ]
  for (const account of accounts.slice(0, 2))
    done(world.engine, 'positions.adjust', {
      account,
      instrument: instruments[3] as InstrumentId,
      quantity: 10n,
      cost: usd('5.00'),
      description: 'taken over',
    })
  return { engine: world.engine, accounts, instruments, traded: [], corrections: 0 }
}

const TYPES = [
  'limit',
  'limit',
  'limit',
  'limit',
  'market',
  'market_to_limit',
  'stop',
  'stop_limit',
  'trailing_stop',
] as const
const TIMES = ['gtc', 'gtc', 'gtc', 'day', 'gtd', 'ioc', 'fok'] as const
const STATES = ['open', 'open', 'open', 'open', 'auction', 'suspended', 'closed', 'preopen'] as const
const SELVES = [null, null, 'reject_aggressor', 'cancel_resting', 'remove_both'] as const
const PRICES = [
  '0.00',
  '0.10',
  '0.45',
  '0.48',
  '0.49',
  '0.50',
  '0.51',
  '0.52',
  '0.55',
  '0.90',
  '0.99',
  '0.505',
]

const of = <T>(list: readonly T[], place: number): T => list[place % list.length] as T

/** Asks one thing of the engine, and keeps what trades came of it. */
export function takeChoice(
  world: TradingWorld,
  choice: TradingChoice,
  time = timeOf(world, choice),
): Outcome {
  world.engine.tick(time)
  const [command, input] = asked(world, choice)
  const outcome = run(world.engine, command, input, { time })
  if (outcome.kind === 'done') {
    keepTrades(world, outcome.events)
    if (command.startsWith('trades.')) world.corrections += 1
  }
  return outcome
}

export const timeOf = ({ engine }: TradingWorld, [, , , , , , later]: TradingChoice) =>
  instant(Math.max(engine.image.head.time, START) + (later % 8) * 1_000_000)

export function asked(
  world: TradingWorld,
  [kind, who, what, price, quantity, flags, later]: TradingChoice,
): readonly [command: string, input: Plain] {
  const { engine, accounts, instruments, traded } = world
  const account = of(accounts, who)
  const instrument = of(instruments, what)
  const open = engine.rooms.trading.orders.idsInOrder()
  const order = open.length === 0 ? 1 : of(open, price)
  const trade = traded.length === 0 ? undefined : of(traded, quantity)
  const place = ['orders.place', placement(world, [kind, who, what, price, quantity, flags, later])] as const
  switch (kind % 20) {
    case 0:
      return ['orders.cancel', { order }]
    case 1:
      return ['orders.cancel_all', { account, instrument: flags % 2 === 0 ? null : instrument, side: null }]
    case 2:
    case 3:
    case 4:
      return ['orders.replace', replacement(order, price, quantity, flags)]
    case 5:
      return ['instruments.set_state', { instrument, state: of(STATES, flags), version: null }]
    case 6:
      return ['orders.cross', crossing(world, who, what, price, quantity)]
    case 7:
      if (trade === undefined || flags % 3 !== 0) return place
      return flags % 2 === 0
        ? ['trades.bust', { trade: trade.trade, traded: trade }]
        : ['trades.correct', { trade: trade.trade, traded: trade, price: at(of(PRICES, price)) }]
    case 8:
      return flags % 11 === 0
        ? ['instruments.settle', { instrument, price: at(of(['0', '1', '0.37', '0.3333'], price)) }]
        : place
    case 9:
      return [
        'positions.adjust',
        {
          account,
          instrument: instruments[3] as InstrumentId,
          quantity: BigInt((quantity % 9) - 4),
          cost: usd('1.00'),
          description: 'random',
        },
      ]
    default:
      return place
  }
}

function placement(
  { engine, accounts, instruments }: TradingWorld,
  [kind, who, what, price, quantity, flags, later]: TradingChoice,
): Plain {
  const instrument = of(instruments, what)
  const type = of(TYPES, flags)
  const timeInForce = of(TIMES, flags >> 3)
  const self = of(SELVES, flags >> 5)
  const isPriced = type === 'limit' || type === 'stop_limit'
  const isCash = flags % 23 === 0 && type === 'market_to_limit'
  return {
    ...orderInput({ account: of(accounts, who), instrument }),
    side: kind % 2 === 0 ? 'buy' : 'sell',
    type,
    timeInForce,
    quantity: isCash ? null : quantityOf(instruments, what, quantity),
    cash: isCash ? usd('2.00') : null,
    price: isPriced && flags % 17 !== 0 ? at(of(PRICES, price)) : null,
    pricing: isPriced && flags % 17 === 0 ? (flags % 2 === 0 ? 'best_own' : 'best_opposite') : 'given',
    stopPrice: type === 'stop' || type === 'stop_limit' ? at(of(PRICES, price + flags)) : null,
    expiresAt:
      timeInForce === 'gtd'
        ? instant(Math.max(engine.image.head.time, START) + (10 + (later % 30)) * 1_000_000)
        : null,
    clientOrderId: flags % 5 === 0 ? `order-${quantity % 7}` : null,
    minimumQuantity: flags % 13 === 0 ? quantityOf(instruments, what, 1) : null,
    allOrNone: flags % 7 === 0,
    postOnly: flags % 19 === 0,
    strictLimit: flags % 29 === 0,
    reduceOnly: flags % 31 === 0,
    mustWait: isWaitingType(type) && flags % 41 < 10,
    selfMatchId: self === null ? null : 'desk',
    selfMatchInstruction: self,
    trailingOffset: type === 'trailing_stop' ? at('0.02') : null,
    linked: flags % 37 < 4 ? linkedTo(quantityOf(instruments, what, quantity + 2), kind, price) : null,
    onReject: flags % 2 === 0 ? 'refuse' : 'record',
  } as Plain
}

/** One or two orders that hang on it: of the other side, at prices around the middle. */
const linkedTo = (quantity: bigint, kind: number, price: number): LinkedAsked => {
  const link = of(LINK_KINDS, kind >> 1)
  const order = (type: 'limit' | 'stop', where: string): LinkedAsked['orders'][number] => ({
    side: kind % 2 === 0 ? 'sell' : 'buy',
    type,
    timeInForce: 'gtc',
    quantity: quantity as Quantity,
    price: type === 'limit' ? at(where) : null,
    stopPrice: type === 'stop' ? at(where) : null,
    trailingOffset: null,
    trigger: null,
    label: null,
    postOnly: false,
    reprices: false,
    reduceOnly: price % 3 === 0,
  })
  const bracket = [order('limit', of(PRICES, price + 1)), order('stop', of(PRICES, price + 2))]
  return {
    kind: link,
    condition: of(FILL_CONDITIONS, price),
    orders: link === 'one_triggers_one_cancels_other' ? bracket : bracket.slice(0, 1),
  }
}

/** Whole lots: the third instrument counts hundredths and trades halves. */
const quantityOf = (instruments: readonly InstrumentId[], what: number, count: number): bigint =>
  BigInt((count % 9) + 1) * (what % instruments.length === 2 ? 50n : 1n)

const replacement = (order: number, price: number, quantity: number, flags: number): Plain => ({
  ...UNCHANGED,
  order,
  price: flags % 2 === 0 ? at(of(PRICES, price + quantity)) : null,
  quantity: flags % 3 === 0 ? BigInt((quantity % 12) + 1) * (flags % 6 === 0 ? 50n : 1n) : null,
  timeInForce: flags % 5 === 0 ? 'gtc' : null,
  allOrNone: flags % 11 === 0 ? flags % 2 === 0 : null,
  onReject: flags % 2 === 0 ? 'refuse' : 'record',
})

function crossing(
  { accounts, instruments }: TradingWorld,
  who: number,
  what: number,
  price: number,
  quantity: number,
): Plain {
  const instrument = of(instruments, what)
  const both = {
    ...orderInput({ account: of(accounts, who), instrument, price: of(PRICES, price) }),
    quantity: quantityOf(instruments, what, quantity),
  }
  const orders = [
    { ...both, side: 'buy' },
    { ...both, side: 'sell', account: of(accounts, who + 1) },
  ]
  return { cross: 'agreed', orders, prioritizedSide: null } as unknown as Plain
}

/** The trades of some events, each from the reports of its two sides. */
export function keepTrades({ traded }: TradingWorld, events: readonly Event[]): void {
  const fills = events.filter(({ kind }) => kind === 'order.filled' || kind === 'order.partially_filled')
  for (const { data } of fills) {
    if (data.isAggressor !== true) continue
    const other = fills.find((each) => each.data.execution === data.counterExecution)
    if (other === undefined) throw new Error('expected both sides of a trade')
    const [one, two] = [sideOf(data), sideOf(other.data)]
    const { instrument, side } = data.order as { instrument: InstrumentId; side: string }
    traded.push({
      trade: data.trade as never,
      instrument,
      price: data.lastPrice as never,
      quantity: data.lastQuantity as never,
      buyer: side === 'buy' ? one : two,
      seller: side === 'buy' ? two : one,
    })
  }
}

function sideOf(data: Event['data']): Traded['buyer'] {
  const { id, account } = data.order as { id: never; account: AccountId }
  return { account, order: id, execution: data.execution as never, fee: data.fee as Amount }
}
