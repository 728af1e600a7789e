/** The wallet of the crypto client: addresses at which it can be paid, and whom and where it may send to. */
import type { Id } from '@stemma/core'
import type { Builder } from '../builder.js'
import type { Kestrel } from './kestrel.js'

const COINS = ['BTC', 'ETH', 'USDC'] as const
const FREE = 5

export async function createWallet(builder: Builder, kestrel: Kestrel, maker: Id): Promise<void> {
  for (const currency of COINS) {
    const addresses = Array.from({ length: FREE }, (_none, at) => `demo-${currency.toLowerCase()}-${at + 1}`)
    await builder.run('deposit_addresses.offer', { currency, addresses }, 'Addresses that are watched')
  }
  const { main } = kestrel
  await builder.make(
    'depositAddress',
    'deposit_addresses.assign',
    { account: main, currency: 'BTC' },
    'Asked for by the client',
  )
  const entry = { account: main, currency: 'BTC' }
  const withdrawal = { ...entry, kind: 'withdrawal', address: 'demo-cold-wallet', label: 'Cold wallet' }
  await builder.make('bookAddress', 'address_book.add', withdrawal, 'Confirmed by the client')
  await builder.run(
    'settings.set',
    { node: maker, name: 'transfers.accept_from_others', value: true, from: null },
    'Takes coin from its counterparties',
  )
  const counterparty = { ...entry, kind: 'transfer', address: 'meridian-main', label: 'Meridian' }
  await builder.make('bookAddress', 'address_book.add', counterparty, 'Confirmed by the client')
}
