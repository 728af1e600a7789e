/** `book.open`: the first command of a book. It makes the operator, and the accounts that the operator's books need. */
import { command } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccountBook, AccountId, PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkCurrency, checkDisplayName, checkName } from '../names.js'

export type OpenBook = {
  readonly name: string
  readonly displayName: string
  readonly baseCurrency: CurrencyCode
}

/** The operator's own books, each an account of that name; customers' money moves against them. */
const OWN_ACCOUNTS = [
  { book: 'outside_world', name: 'outside-world', displayName: 'Outside world' },
  { book: 'fees', name: 'fees', displayName: 'Fees' },
  { book: 'interest', name: 'interest', displayName: 'Interest' },
  { book: 'rounding', name: 'rounding', displayName: 'Rounding' },
  { book: 'street', name: 'street', displayName: 'Street' },
] as const satisfies readonly {
  readonly book: AccountBook
  readonly name: string
  readonly displayName: string
}[]

export const openBook = command({
  name: 'book.open',
  scope: 'system',
  needs: () => [],
  decide(context: HierarchyContext, input: OpenBook) {
    const { hierarchy } = context
    if (hierarchy.parties.size > 0) refuse('transition_invalid', 'the book is open')
    checkName(input.name)
    checkDisplayName(input.displayName)
    checkCurrency(input.baseCurrency)
    const party = context.image.newId<PartyId>()
    const row = hierarchy.parties.insert(party, {
      name: input.name,
      kind: 'clearing_house',
      owner: null,
      displayName: input.displayName,
      isPartner: false,
      isLegallyLiable: false,
      status: 'active',
      kyc: 'approved',
      baseCurrency: input.baseCurrency,
      sealedPersonal: null,
      version: 1,
      createdAt: context.now,
    })
    const { sealedPersonal: _none, ...shown } = hierarchy.parties.read(row)
    context.emit({
      kind: 'book.opened',
      subject: `pty_${party}`,
      paths: [hierarchy.pathOf(row)],
      data: { ...shown, personal: null },
    })
    const [outsideWorld, fees, interest, rounding, street] = OWN_ACCOUNTS.map((account) =>
      openOwn(context, party, input.baseCurrency, account),
    ) as [AccountId, AccountId, AccountId, AccountId, AccountId]
    return { party, accounts: { outsideWorld, fees, interest, rounding, street } }
  },
})

/** Opens one of the operator's own accounts. */
export function openOwn(
  { hierarchy, image, now, emit }: HierarchyContext,
  party: PartyId,
  baseCurrency: CurrencyCode,
  {
    book,
    name,
    displayName,
  }: { readonly book: AccountBook; readonly name: string; readonly displayName: string },
): AccountId {
  const id = image.newId<AccountId>()
  const row = hierarchy.accounts.insert(id, {
    party,
    main: null,
    group: null,
    name,
    displayName,
    clearingNumber: null,
    baseCurrency,
    type: 'cash',
    book,
    stage: 'approved',
    isReviewed: true,
    status: 'active',
    attributes: {},
    version: 1,
    createdAt: now,
  })
  const data = hierarchy.accounts.read(row)
  emit({ kind: 'account.opened', subject: `acc_${id}`, paths: [hierarchy.pathOfAccount(row)], data })
  return id
}
