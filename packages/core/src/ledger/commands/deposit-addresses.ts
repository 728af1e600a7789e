/** `deposit_addresses.offer` by the operator, and `deposit_addresses.assign` by whoever wants to pay in. */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { command, NO_ROW } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import {
  ADDRESSES_OF_OFFER_MAX,
  addressKey,
  checkAddress,
  DEPOSIT_ADDRESSES_MAX,
  type DepositAddressId,
  FREE_ADDRESSES_MAX,
  type OfferedAddressId,
} from '../addresses.js'
import { needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'

export type OfferAddresses = { readonly currency: CurrencyCode; readonly addresses: readonly string[] }

export const offerAddresses = command({
  name: 'deposit_addresses.offer',
  scope: 'funding:settle',
  needs: ({ ledger }: LedgerContext) => needsOn('administer', ledger.houseAccount('outside_world')),
  decide({ ledger, image, now, hierarchy, emit }, { currency, addresses }: OfferAddresses) {
    checkCurrency(currency, '/currency')
    if (addresses.length < 1 || addresses.length > ADDRESSES_OF_OFFER_MAX)
      refuse('malformed', `expected 1 to ${ADDRESSES_OF_OFFER_MAX} addresses`, { field: '/addresses' })
    const known = ledger.addresses
    if (known.offered.size + addresses.length > FREE_ADDRESSES_MAX)
      refuse('limit_reached', `a book has at most ${FREE_ADDRESSES_MAX} addresses that are free`)
    addresses.forEach((address, index) => {
      const field = `/addresses/${index}`
      checkAddress(address, field)
      const taken = addressKey(currency, address)
      if (known.offeredByPlace.has(taken) || known.depositByPlace.has(taken))
        refuse('address_taken', 'the address was offered before', { field })
      known.offered.insert(image.newId<OfferedAddressId>(), {
        currency,
        address,
        addressKey: taken,
        createdAt: now,
      })
    })
    emit({
      kind: 'deposit_address.offered',
      subject: `acc_${ledger.houseAccount('outside_world')}`,
      paths: [hierarchy.pathOf(hierarchy.root)],
      data: { currency, addresses },
    })
    return { offered: addresses.length }
  },
})

export type AssignAddress = { readonly account: AccountId; readonly currency: CurrencyCode }

export const assignAddress = command({
  name: 'deposit_addresses.assign',
  scope: 'funding:write',
  needs: (_context: LedgerContext, { account }: AssignAddress) => needsOn('transfer', account),
  decide({ ledger, image, now, hierarchy, emit }, { account, currency }) {
    checkCurrency(currency, '/currency')
    const { addresses } = ledger
    if (addresses.depositAddressesOf(account, currency).length >= DEPOSIT_ADDRESSES_MAX)
      refuse('limit_reached', `an account has at most ${DEPOSIT_ADDRESSES_MAX} addresses in a currency`)
    const free = addresses.free(currency)
    if (free === NO_ROW) refuse('no_address_available', `no address is free for deposits of ${currency}`)
    const { address, addressKey: taken } = addresses.offered.read(free)
    addresses.offered.remove(free)
    const depositAddress = image.newId<DepositAddressId>()
    addresses.deposits.insert(depositAddress, {
      account,
      currency,
      address,
      addressKey: taken,
      createdAt: now,
    })
    emit({
      kind: 'deposit_address.assigned',
      subject: `acc_${account}`,
      paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
      data: { id: depositAddress, account, currency, address },
    })
    return { depositAddress }
  },
})
