/**
 * Traffic: what simulated people and machines send. A client picks something to do from a seed, with ids that exist and
 * some that do not, amounts that fit and some that do not, and now and then sends the same request again.
 */
import type { AnyTable, Engine, Id, Plain } from '@stemma/core'
import { ORDER_WEIGHTS, type OrderKind, OrderTraffic } from './order-traffic.js'
import type { SeededRandom } from './random.js'
import { WALLET_WEIGHTS, type WalletKind, WalletTraffic } from './wallet-traffic.js'

export interface Sent {
  readonly command: string
  readonly input: Plain
  readonly key: string | null
}

const WEIGHTS = {
  transfer: 40,
  deposit: 12,
  withdraw: 8,
  settle: 8,
  hold: 8,
  capture: 6,
  release: 3,
  prepare: 5,
  confirm: 4,
  cancel: 2,
  openAccount: 4,
  createParty: 2,
  move: 2,
  suspend: 1,
  reactivate: 2,
  block: 1,
  repeat: 6,
  ...WALLET_WEIGHTS,
  ...ORDER_WEIGHTS,
} as const

const ACCOUNT_TYPES = [
  'cash',
  'fully_collateralised',
  'fully_collateralised',
  'segregated_standard',
  'cross_standard',
]

export class Traffic {
  private names = 0
  private keys = 0
  private last: Sent | null = null
  private readonly orders: OrderTraffic
  private readonly wallets: WalletTraffic

  constructor(
    private readonly random: SeededRandom,
    private engine: Engine,
  ) {
    this.orders = new OrderTraffic(
      random,
      () => this.engine,
      (table) => this.id(table),
    )
    this.wallets = new WalletTraffic(random, () => this.engine, {
      id: (table) => this.id(table),
      account: () => this.account(),
      currency: () => this.currency(),
      amount: () => this.amount(),
    })
  }

  /** Goes on against an engine that was loaded after a crash. */
  follow(engine: Engine): void {
    this.engine = engine
  }

  next(): Sent {
    const kind = this.random.weighted(WEIGHTS)
    if (kind === 'repeat') return this.last ?? this.send('transfers.create', this.transfer())
    this.last = this.sentOf(kind)
    return this.last
  }

  private sentOf(kind: Exclude<keyof typeof WEIGHTS, 'repeat'>): Sent {
    if (isOrderKind(kind)) return this.send(...this.orders.make(kind))
    return isWalletKind(kind) ? this.send(...this.wallets.make(kind)) : this.make(kind)
  }

  private make(kind: Exclude<keyof typeof WEIGHTS, 'repeat' | OrderKind | WalletKind>): Sent {
    const { ledger, hierarchy } = this.engine.rooms
    const of = (name: string, table: AnyTable): Plain => ({ [name]: this.id(table) })
    switch (kind) {
      case 'transfer':
        return this.send('transfers.create', this.transfer())
      case 'prepare':
        return this.send('transfers.prepare', { ...this.transfer(), expiresAt: null })
      case 'confirm':
        return this.send('transfers.confirm', of('transfer', ledger.transfers))
      case 'cancel':
        return this.send('transfers.cancel', of('transfer', ledger.transfers))
      case 'deposit':
        return this.send('deposits.create', { ...this.funding(), settle: this.random.chance(0.8) })
      case 'withdraw':
        return this.send('withdrawals.create', this.funding())
      case 'settle':
        return this.settle()
      case 'hold':
        return this.send('holds.create', {
          account: this.account(),
          currency: this.currency(),
          amount: this.amount(),
          reason: 'simulated',
          expiresAt: null,
        })
      case 'capture':
        return this.send('holds.capture', {
          hold: this.id(ledger.holds),
          amount: this.amount(),
          to: this.account(),
        })
      case 'release':
        return this.send('holds.release', of('hold', ledger.holds))
      case 'openAccount':
        return this.send('accounts.open', this.newAccount())
      case 'createParty':
        return this.send('parties.create', this.newParty())
      case 'move':
        return this.send('parties.move', {
          party: this.id(hierarchy.parties),
          owner: this.id(hierarchy.parties),
          version: null,
        })
      case 'suspend':
        return this.send(
          this.random.chance(0.5) ? 'parties.suspend' : 'accounts.suspend',
          this.nodeToChange(),
        )
      case 'reactivate':
        return this.send(
          this.random.chance(0.5) ? 'parties.reactivate' : 'accounts.reactivate',
          this.nodeToChange(),
        )
      case 'block':
        return this.send('blocks.set', {
          target: this.account(),
          kind: 'transfers',
          reason: 'simulated',
          until: null,
        })
    }
  }

  private send(command: string, input: Plain): Sent {
    this.keys += 1
    return { command, input, key: this.random.chance(0.5) ? `key-${this.keys}` : null }
  }

  private settle(): Sent {
    const { ledger } = this.engine.rooms
    return this.random.chance(0.5)
      ? this.send('deposits.complete', { deposit: this.id(ledger.deposits) })
      : this.send(this.random.chance(0.7) ? 'withdrawals.complete' : 'withdrawals.reject', {
          withdrawal: this.id(ledger.withdrawals),
        })
  }

  private transfer(): { readonly [key: string]: Plain } {
    return {
      from: this.account(),
      to: this.account(),
      currency: this.currency(),
      amount: this.amount(),
      description: null,
    }
  }

  private funding(): { readonly [key: string]: Plain } {
    return {
      account: this.account(),
      currency: this.currency(),
      amount: this.amount(),
      reference: `ref-${this.keys}`,
      description: null,
    }
  }

  private nodeToChange(): Plain {
    const { hierarchy } = this.engine.rooms
    return { party: this.id(hierarchy.parties), account: this.account(), version: null }
  }

  private newAccount(): Plain {
    this.names += 1
    return {
      party: this.id(this.engine.rooms.hierarchy.parties),
      main: null,
      template: null,
      name: `account-${this.names}`,
      displayName: 'Simulated',
      type: this.random.pick(ACCOUNT_TYPES),
      baseCurrency: null,
      needsClearing: false,
      attributes: {},
    }
  }

  private newParty(): Plain {
    this.names += 1
    return {
      owner: this.id(this.engine.rooms.hierarchy.parties),
      kind: this.random.pick(['client', 'client', 'participant', 'clearing_member']),
      name: `party-${this.names}`,
      displayName: 'Simulated',
      baseCurrency: null,
      isPartner: this.random.chance(0.1),
      isLegallyLiable: false,
      sealedPersonal: null,
    }
  }

  private account(): Id {
    return this.id(this.engine.rooms.hierarchy.accounts)
  }

  /** One that exists, mostly. */
  private id(table: AnyTable): Id {
    const ids = table.idsInOrder()
    return ids.length === 0 || this.random.chance(0.02) ? (999_999_999 as Id) : this.random.pick(ids)
  }

  private currency(): string {
    return this.random.weighted({ USD: 8, EUR: 3, JPY: 1, BTC: 1, USDC: 1, XXX: 0.2 })
  }

  /** Mostly small, sometimes nothing, negative, or as large as a leaf can hold. */
  private amount(): bigint {
    switch (this.random.weighted({ small: 90, zero: 2, negative: 2, huge: 2, beyond: 1 })) {
      case 'small':
        return BigInt(this.random.between(1, 5_000)) * 10_000n
      case 'zero':
        return 0n
      case 'negative':
        return -1n
      case 'huge':
        return 2n ** 63n - 1n
      case 'beyond':
        return 2n ** 63n
    }
  }
}

const isOrderKind = (kind: keyof typeof WEIGHTS): kind is OrderKind => kind in ORDER_WEIGHTS
const isWalletKind = (kind: keyof typeof WEIGHTS): kind is WalletKind => kind in WALLET_WEIGHTS
