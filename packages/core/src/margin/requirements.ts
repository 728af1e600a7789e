/**
 * What the positions of each account require, by currency: a running sum, kept by row-change hooks as positions come,
 * change and go, so that an order's check reads one number however many positions there are.
 */
import type { AccountId } from '../hierarchy/index.js'
import type { Derived, Plain, Row } from '../image/index.js'
import type { Market } from '../market/index.js'
import { type Amount, amount, type CurrencyCode, type Quantity, ZERO } from '../money/index.js'
import { kindRules, type Trading } from '../trading/index.js'

export class Requirements implements Derived {
  readonly name = 'requirements of positions'
  private readonly sums = new Map<AccountId, Map<CurrencyCode, Amount>>()

  constructor(
    private readonly market: Market,
    private readonly trading: Trading,
  ) {
    const { positions } = trading
    positions.hooks.push({
      inserted: (row) => this.add(row, this.requirementOf(row)),
      removing: (row) => this.add(row, amount(-this.requirementOf(row))),
    })
    positions.quantity.watch((row, old) =>
      this.add(row, amount(this.requirementOf(row) - this.requirementOf(row, old))),
    )
  }

  of(account: AccountId, currency: CurrencyCode): Amount {
    return this.sums.get(account)?.get(currency) ?? ZERO
  }

  /** What one position requires, at `quantity` or as it stands. */
  requirementOf(position: Row, quantity: Quantity = this.trading.positions.quantity.get(position)): Amount {
    const { instruments } = this.market
    const instrument = instruments.row(this.trading.positions.instrument.get(position))
    return kindRules(instruments.kind.get(instrument)).requirement(quantity, this.market.termsOf(instrument))
  }

  *canonical(): Iterable<Plain> {
    for (const account of [...this.sums.keys()].sort((left, right) => left - right)) {
      const sums = [...(this.sums.get(account) ?? [])].filter(([, sum]) => sum !== ZERO)
      if (sums.length > 0) yield [account, ...sums.sort(([left], [right]) => (left < right ? -1 : 1))]
    }
  }

  private add(position: Row, change: Amount): void {
    if (change === ZERO) return
    const account = this.trading.positions.account.get(position)
    const { instruments } = this.market
    const currency = instruments.currency.get(
      instruments.row(this.trading.positions.instrument.get(position)),
    )
    const own = this.sums.get(account) ?? new Map<CurrencyCode, Amount>()
    this.sums.set(account, own)
    own.set(currency, amount((own.get(currency) ?? 0n) + change))
  }
}
