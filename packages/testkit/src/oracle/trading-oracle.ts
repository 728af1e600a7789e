/**
 * The naive record of trading: it reads events and nothing else, and adds up for each account and instrument what changed
 * hands and what was paid. What it comes to has to be what the engine holds, and the money is the entries' own.
 */
import type { Engine, Event } from '@stemma/core'

interface Change {
  readonly account: number
  readonly instrument: number
  readonly quantityChange: bigint
  readonly costChange: bigint
  readonly realizedChange: bigint
}

/** How an instrument is paid for: at once, or session by session, then in money or in a coin that it is priced against. */
type Paid = 'at_once' | 'by_session' | 'by_session_inverse'

interface Entry {
  readonly account: number
  readonly amount: bigint
  readonly type: string
}

interface Standing {
  quantity: bigint
  paid: bigint
}

export class TradingOracle {
  private readonly standings = new Map<string, Standing>()
  private readonly paid = new Map<number, Paid>()
  private readonly wrong: string[] = []

  take(event: Event): void {
    const { kind, data } = event
    if (kind === 'instrument.created') this.paid.set(data.id as number, paidBy(data))
    for (const each of [data.position, data.counterPosition])
      if (typeof each === 'object' && each !== null) this.change(each as unknown as Change)
    if (kind !== 'order.filled' && kind !== 'order.partially_filled') return
    const { side, account } = data.order as { side: string; account: number }
    if (data.position === null) {
      this.checkExchange(event, side, account)
      return
    }
    const { instrument, quantityChange, costChange, realizedChange } = data.position as unknown as Change
    const paid = this.paid.get(instrument) ?? 'at_once'
    const signed = (side === 'buy' ? 1n : -1n) * (data.lastQuantity as bigint)
    if (quantityChange !== signed)
      this.wrong.push(`${event.subject} traded ${signed} and its position changed by ${quantityChange}`)
    const money = (side === 'buy' ? 1n : -1n) * (data.notional as bigint)
    // A dollar of coin is worth less coin the dearer that is: who buys it takes the other side of the coin.
    const worth = paid === 'by_session_inverse' ? -money : money
    if (costChange - realizedChange !== worth)
      this.wrong.push(`${event.subject} took ${worth} and its position says ${costChange - realizedChange}`)
    const entries = (data.entries as readonly { amount: bigint }[]).reduce(
      (sum, { amount }) => sum + amount,
      0n,
    )
    const fee = data.fee as bigint
    // A commission's entry of the house stands at the house; the account's own are what it paid and its fee.
    const posted = (paid === 'at_once' ? -money : 0n) - fee
    if (entries !== posted) this.wrong.push(`${event.subject} posted ${entries}, not ${posted}`)
  }

  /** A pair: the base for the notional, one entry each, and nothing else but fees. */
  private checkExchange({ subject, data }: Event, side: string, account: number): void {
    const sign = side === 'buy' ? 1n : -1n
    const own = (data.entries as unknown as readonly Entry[]).filter(
      (entry) => entry.type === 'order_execution',
    )
    const isOwn = own.every((entry) => entry.account === account)
    const [base, quote] = own
    const quantity = sign * (data.lastQuantity as bigint)
    const isWhole = base !== undefined && base.amount % quantity === 0n && base.amount / quantity > 0n
    if (!isOwn || !isWhole || (quote?.amount ?? 0n) !== -sign * (data.notional as bigint))
      this.wrong.push(`${subject} exchanged ${base?.amount} for ${quote?.amount} on a trade of ${quantity}`)
  }

  /** Where the engine and the record differ. */
  differences({ rooms: { trading } }: Engine): string[] {
    const { positions } = trading
    const found = [...this.wrong]
    const seen = new Set<string>()
    for (const row of positions.each()) {
      const key = `${positions.account.get(row)} ${positions.instrument.get(row)}`
      const { quantity, paid } = this.standings.get(key) ?? { quantity: 0n, paid: 0n }
      const spent = positions.cost.get(row) - positions.realized.get(row)
      seen.add(key)
      if (quantity !== positions.quantity.get(row) || paid !== spent)
        found.push(
          `${key}: recorded ${quantity} for ${paid}, held ${positions.quantity.get(row)} for ${spent}`,
        )
    }
    for (const key of this.standings.keys()) if (!seen.has(key)) found.push(`${key}: recorded and not held`)
    return found
  }

  private change({ account, instrument, quantityChange, costChange, realizedChange }: Change): void {
    const key = `${account} ${instrument}`
    const standing = this.standings.get(key) ?? { quantity: 0n, paid: 0n }
    standing.quantity += quantityChange
    standing.paid += costChange - realizedChange
    this.standings.set(key, standing)
  }
}

function paidBy({ kind, derivative }: Event['data']): Paid {
  if (kind !== 'future' && kind !== 'perpetual') return 'at_once'
  const { style } = derivative as { readonly style: string }
  return style === 'inverse' ? 'by_session_inverse' : 'by_session'
}
