/**
 * Scenarios that read like a page of a ledger: one row for each thing that was asked, and behind the arrow what came of
 * it. Not exported.
 *
 * A row is `LABEL WHO SIDE TYPE TIF QUANTITY [@PRICE] [^STOP] [words] -> outcome`, or `replace LABEL [words]`,
 * `cancel LABEL`, `state STATE`, `wait DURATION`. An outcome is where the order stands, then each trade as
 * `quantity@price taker/maker`, then what happened to other orders.
 */
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { type Event, type Instant, instant, type Plain } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { formatPrice, formatQuantity, type Price, parseQuantity, type Quantity } from '../money/index.js'
import type { OrderId } from '../trading/index.js'
import { at, orderInput, UNCHANGED, usd } from './market-world.js'
import { run, START } from './world.js'

export interface PageWorld {
  readonly engine: Engine
  readonly instrument: InstrumentId
  readonly people: Readonly<Record<string, AccountId>>
}

/** The page as it came out; equal to what was expected where all outcomes are right. */
export class LedgerPage {
  private readonly labels = new Map<number, string>()
  private readonly ids = new Map<string, OrderId>()
  private now: number

  constructor(private readonly world: PageWorld) {
    this.now = Math.max(world.engine.image.head.time, START)
    world.engine.takeBatch()
  }

  play(text: string): { readonly expected: string[]; readonly actual: string[] } {
    const rows = text
      .split('\n')
      .map((row) => row.trim().replace(/\s+/g, ' '))
      .filter((row) => row !== '')
    const actual = rows.map((row) => {
      const [asked = ''] = row.split(' -> ')
      return `${asked} -> ${this.take(asked)}`
    })
    return { expected: rows, actual }
  }

  order(label: string): OrderId {
    const id = this.ids.get(label)
    if (id === undefined) throw new Error(`expected a known label, was ${label}`)
    return id
  }

  private take(asked: string): string {
    const words = asked.split(' ')
    const [first = '', second = ''] = words
    switch (first) {
      case 'replace':
        return this.ask('orders.replace', this.replacement(second, words.slice(2)), second)
      case 'cancel':
        return this.ask('orders.cancel', { order: this.order(second) }, second)
      case 'state':
        return this.ask('instruments.set_state', {
          instrument: this.world.instrument,
          state: second,
          version: null,
        })
      case 'wait':
        this.now += durationOf(second)
        this.world.engine.tick(instant(this.now))
        return this.told(this.events()) || 'nothing'
      default:
        return this.ask('orders.place', this.placement(words), first)
    }
  }

  private ask(command: string, input: Plain, label?: string): string {
    const outcome = run(this.world.engine, command, input, { time: this.now as Instant })
    if (outcome.kind === 'refused')
      return `refused ${String(outcome.refusal.data?.reason ?? outcome.refusal.code)}`
    if (outcome.kind !== 'done') throw new Error(`expected no repeat of ${command}`)
    const { order } = outcome.result as { order?: OrderId }
    if (label !== undefined && order !== undefined && !this.ids.has(label)) {
      this.ids.set(label, order)
      this.labels.set(order, label)
    }
    return this.told(this.events(), label) || 'done'
  }

  private placement(words: readonly string[]): Plain {
    const [, who = '', side, type, timeInForce, amount = '', ...more] = words
    const account = this.world.people[who]
    if (account === undefined) throw new Error(`expected somebody, was ${who}`)
    const { instrument } = this.world
    const base = { ...orderInput({ account, instrument }), side, type, timeInForce }
    const isCash = amount.startsWith('$')
    const given = isCash ? { cash: usd(amount.slice(1)) } : { quantity: this.quantity(amount) }
    return { ...base, ...given, ...this.words(more) } as Plain
  }

  private replacement(label: string, words: readonly string[]): Plain {
    return { order: this.order(label), ...UNCHANGED, ...this.words(words) } as Plain
  }

  private words(words: readonly string[]): { readonly [key: string]: Plain } {
    return Object.assign({}, ...words.map((word) => this.word(word)))
  }

  private word(word: string): { readonly [key: string]: Plain } {
    if (word.startsWith('@')) return { price: at(word.slice(1)) }
    if (word.startsWith('^')) return { stopPrice: at(word.slice(1)) }
    const [name = '', value = ''] = word.split('=')
    switch (name) {
      case 'qty':
        return { quantity: this.quantity(value) }
      case 'min':
        return { minimumQuantity: this.quantity(value) }
      case 'for':
        return { expiresAt: instant(this.now + durationOf(value)) }
      case 'tif':
        return { timeInForce: value }
      case 'id':
        return { clientOrderId: value }
      case 'desk':
        return { selfMatchId: value }
      case 'self':
        return { selfMatchInstruction: value }
      case 'peg':
        return { pricing: value }
      case 'aon':
        return { allOrNone: value !== 'no' }
      case 'post':
        return { postOnly: true }
      case 'strict':
        return { strictLimit: true }
      case 'reduce':
        return { reduceOnly: true }
      case 'record':
        return { onReject: 'record' }
      default:
        throw new Error(`expected a word that the page knows, was ${word}`)
    }
  }

  private quantity(text: string): Quantity {
    const { instruments } = this.world.engine.rooms.market
    const scale = instruments.quantityScale.get(instruments.row(this.world.instrument))
    return parseQuantity(text, scale) as Quantity
  }

  private events(): readonly Event[] {
    return this.world.engine.takeBatch()?.events ?? []
  }

  /** Where the order stands, the trades, and what happened to other orders. */
  private told(events: readonly Event[], own?: string): string {
    let standing: string | null = null
    const trades: string[] = []
    const others: string[] = []
    for (const { kind, data } of events) {
      if (!kind.startsWith('order.')) continue
      const label = this.labelOf(data)
      if (kind.endsWith('filled')) {
        if (data.isAggressor === true) trades.push(this.trade(data, label))
        else trades.push(`${trades.pop() ?? ''}/${label}`)
      }
      const state = stateOf(kind, data)
      if (label === own) standing = standingAfter(standing, state)
      else if (!kind.endsWith('filled')) others.push(`${label} ${state}`)
    }
    const parts = [[standing, trades.join(' ')].filter((part) => part).join(' '), ...others]
    return parts.filter((part) => part !== '').join(', ')
  }

  private trade({ lastQuantity, lastPrice }: Event['data'], label: string): string {
    const { instruments } = this.world.engine.rooms.market
    const scale = instruments.quantityScale.get(instruments.row(this.world.instrument))
    return `${formatQuantity(lastQuantity as Quantity, scale)}@${formatPrice(lastPrice as Price)} ${label}`
  }

  private labelOf(data: Event['data']): string {
    const { id } = data.order as { id: number }
    return this.labels.get(id) ?? '?'
  }
}

/** The state that the report tells, and why where nobody asked for it. */
function stateOf(kind: string, data: Event['data']): string {
  const { state } = data.order as { state: string }
  const event = kind.slice('order.'.length)
  const why = data.unsolicited ?? data.reason ?? null
  const told = ['triggered', 'replaced', 'replace_rejected'].includes(event) ? event : state
  return why === null ? told : `${told} ${why}`
}

/** An order that was triggered or replaced, and where it stands then. */
const standingAfter = (before: string | null, state: string): string =>
  before !== null && /^(triggered|replaced)/.test(before) ? `${before.split(' ')[0]} ${state}` : state

const UNITS: Readonly<Record<string, number>> = { ms: 1_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 }

function durationOf(text: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  if (match === null || unit === undefined) throw new Error(`expected a duration, was ${text}`)
  return Number(match[1]) * unit
}

/** A page on which everybody has money and one contract is open. */
export function playOn(
  world: PageWorld,
  text: string,
): { readonly expected: string[]; readonly actual: string[] } {
  return new LedgerPage(world).play(text)
}
