/**
 * Traffic of wallets: addresses that the house offers and accounts take, books of addresses, money that is asked out to
 * one of them, and money that goes to the account of another owner by its name.
 */
import type { AnyTable, Engine, Id, Plain } from '@stemma/core'
import type { SeededRandom } from './random.js'

export const WALLET_WEIGHTS = {
  offerAddresses: 1,
  assignAddress: 3,
  addAddress: 6,
  removeAddress: 1,
  withdrawTo: 5,
  cancelWithdrawal: 2,
  sendTransfer: 6,
} as const
export type WalletKind = keyof typeof WALLET_WEIGHTS

/** What every simulated traffic picks from: ids that exist, mostly, and amounts that fit, mostly. */
export interface Picks {
  id(table: AnyTable): Id
  account(): Id
  currency(): string
  amount(): bigint
}

type Kind = 'withdrawal' | 'transfer'

/** Of the outside world, so few that they come again. */
const OUTSIDE = ['outside-1', 'outside-2', 'outside-3']

export class WalletTraffic {
  private offered = 0

  constructor(
    private readonly random: SeededRandom,
    private readonly engine: () => Engine,
    private readonly picks: Picks,
  ) {}

  make(kind: WalletKind): readonly [command: string, input: Plain] {
    const { ledger } = this.engine().rooms
    const { picks } = this
    switch (kind) {
      case 'offerAddresses':
        return ['deposit_addresses.offer', { currency: picks.currency(), addresses: this.newAddresses() }]
      case 'assignAddress':
        return ['deposit_addresses.assign', { account: picks.account(), currency: picks.currency() }]
      case 'addAddress':
        return ['address_book.add', this.newEntry(this.random.pick(['withdrawal', 'transfer']))]
      case 'removeAddress':
        return ['address_book.remove', { bookAddress: picks.id(ledger.addresses.book) }]
      case 'withdrawTo':
        return ['withdrawals.create', this.withdrawal()]
      case 'cancelWithdrawal':
        return ['withdrawals.cancel', { withdrawal: picks.id(ledger.withdrawals) }]
      case 'sendTransfer':
        return ['transfers.send', this.sending()]
    }
  }

  private withdrawal(): Plain {
    const { account, currency, address } = this.entry('withdrawal')
    const more = { reference: null, description: null, priority: this.random.pick(['high', null]) }
    return { account, currency, address, amount: this.picks.amount(), ...more }
  }

  private sending(): Plain {
    const { account: from, currency, address } = this.entry('transfer')
    return { from, currency, address, amount: this.picks.amount(), description: null }
  }

  /** One of a book, mostly. */
  private entry(kind: Kind): { readonly account: Id; readonly currency: string; readonly address: string } {
    const { book } = this.engine().rooms.ledger.addresses
    const rows = book
      .idsInOrder()
      .map((id) => book.row(id))
      .filter((row) => book.kind.get(row) === kind)
    if (rows.length === 0 || this.random.chance(0.05)) return this.newEntry(kind)
    const row = this.random.pick(rows)
    return {
      account: book.account.get(row),
      currency: book.currency.get(row),
      address: book.address.get(row),
    }
  }

  private newEntry(kind: Kind) {
    const address = kind === 'transfer' ? this.nameOfAccount() : this.outside()
    return {
      account: this.picks.account(),
      currency: this.picks.currency(),
      kind,
      address,
      label: 'simulated',
    }
  }

  /** Now and then it is an address of this book, which nobody is sent to. */
  private outside(): string {
    const { deposits } = this.engine().rooms.ledger.addresses
    const ids = deposits.idsInOrder()
    return ids.length > 0 && this.random.chance(0.1)
      ? deposits.address.get(deposits.row(this.random.pick(ids)))
      : this.random.pick(OUTSIDE)
  }

  private nameOfAccount(): string {
    const { accounts } = this.engine().rooms.hierarchy
    const rows = [...accounts.each()].filter((row) => accounts.book.get(row) === 'customer')
    return rows.length === 0 ? 'nobody' : accounts.name.get(this.random.pick(rows))
  }

  /** Some were offered before a crash that took the offer with it. */
  private newAddresses(): string[] {
    return Array.from({ length: this.random.between(1, 4) }, () => {
      this.offered += 1
      return `inside-${this.offered}`
    })
  }
}
