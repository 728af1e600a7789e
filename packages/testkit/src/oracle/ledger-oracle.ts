/**
 * The naive ledger: the rules again, in the most obvious way and without a thought for speed. It keeps every posting
 * it ever made and adds them up whenever it is asked. The engine and the oracle get the same commands and must agree on
 * every answer and every balance.
 */
export type Verdict =
  | 'done'
  | 'amount_not_positive'
  | 'same_account'
  | 'amount_out_of_range'
  | 'insufficient_available_balance'
  | 'hold_exceeded'

interface Posting {
  readonly currency: string
  readonly lines: readonly { readonly account: number; readonly amount: bigint }[]
}

interface OracleHold {
  readonly account: number
  readonly currency: string
  left: bigint
}

const LEAF_MAX = 2n ** 63n - 1n

export class LedgerOracle {
  private readonly postings: Posting[] = []
  private readonly holds = new Map<number, OracleHold>()

  constructor(private readonly outsideWorld: number) {}

  posted(account: number, currency: string): bigint {
    let sum = 0n
    for (const posting of this.postings) {
      if (posting.currency !== currency) continue
      for (const line of posting.lines) if (line.account === account) sum += line.amount
    }
    return sum
  }

  held(account: number, currency: string): bigint {
    let sum = 0n
    for (const hold of this.holds.values())
      if (hold.account === account && hold.currency === currency) sum += hold.left
    return sum
  }

  deposit(account: number, currency: string, amount: bigint): Verdict {
    if (amount <= 0n) return 'amount_not_positive'
    return this.book(currency, this.outsideWorld, account, amount)
  }

  transfer(from: number, to: number, currency: string, amount: bigint): Verdict {
    if (amount <= 0n) return 'amount_not_positive'
    if (from === to) return 'same_account'
    if (this.posted(from, currency) - this.held(from, currency) < amount)
      return 'insufficient_available_balance'
    return this.book(currency, from, to, amount)
  }

  /** `id` is the engine's, so that both name the same hold. */
  hold(id: number, account: number, currency: string, amount: bigint): Verdict {
    const verdict = this.mayHold(account, currency, amount)
    if (verdict === 'done') this.holds.set(id, { account, currency, left: amount })
    return verdict
  }

  mayHold(account: number, currency: string, amount: bigint): Verdict {
    if (amount <= 0n) return 'amount_not_positive'
    return this.posted(account, currency) - this.held(account, currency) < amount
      ? 'insufficient_available_balance'
      : 'done'
  }

  capture(id: number, amount: bigint, to: number): Verdict {
    const hold = this.holds.get(id)
    if (hold === undefined) throw new Error(`expected a live hold, was ${id}`)
    if (amount <= 0n) return 'amount_not_positive'
    if (to === hold.account) return 'same_account'
    if (amount > hold.left) return 'hold_exceeded'
    hold.left -= amount
    const verdict = this.book(hold.currency, hold.account, to, amount)
    if (verdict !== 'done') hold.left += amount
    else if (hold.left === 0n) this.holds.delete(id)
    return verdict
  }

  release(id: number): void {
    this.holds.delete(id)
  }

  liveHolds(): number[] {
    return [...this.holds.keys()]
  }

  private book(currency: string, from: number, to: number, amount: bigint): Verdict {
    for (const [account, change] of [
      [from, -amount],
      [to, amount],
    ] as const) {
      if (account === this.outsideWorld) continue
      const after = this.posted(account, currency) + change
      if (after > LEAF_MAX || after < -LEAF_MAX) return 'amount_out_of_range'
    }
    this.postings.push({
      currency,
      lines: [
        { account: from, amount: -amount },
        { account: to, amount },
      ],
    })
    return 'done'
  }
}
