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

interface Standing {
  quantity: bigint
  paid: bigint
}

export class TradingOracle {
  private readonly standings = new Map<string, Standing>()
  private readonly wrong: string[] = []

  take(event: Event): void {
    const { kind, data } = event
    for (const each of [data.position, data.counterPosition])
      if (typeof each === 'object' && each !== null) this.change(each as unknown as Change)
    if (kind !== 'order.filled' && kind !== 'order.partially_filled') return
    const { side } = data.order as { side: string }
    const { quantityChange, costChange, realizedChange } = data.position as unknown as Change
    const signed = (side === 'buy' ? 1n : -1n) * (data.lastQuantity as bigint)
    if (quantityChange !== signed)
      this.wrong.push(`${event.subject} traded ${signed} and its position changed by ${quantityChange}`)
    const money = (side === 'buy' ? 1n : -1n) * (data.notional as bigint)
    if (costChange - realizedChange !== money)
      this.wrong.push(`${event.subject} paid ${money} and its position says ${costChange - realizedChange}`)
    const entries = (data.entries as readonly { amount: bigint }[]).reduce(
      (sum, { amount }) => sum + amount,
      0n,
    )
    const fee = data.fee as bigint
    // A commission's entry of the house stands at the house; the account's own are what it paid and its fee.
    if (entries !== -money - fee) this.wrong.push(`${event.subject} posted ${entries}, not ${-money - fee}`)
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
