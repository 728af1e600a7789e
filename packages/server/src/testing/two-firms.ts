/** The venue's own example with a market: a client of its firm and one of another trade with each other. Not exported. */
import type { Plain } from '@stemma/core'
import { type Acme, buildAcme, KEYS, OTHER_KEYS } from './acme.js'
import { ACCOUNT, type Desk, deskOf, fund, OTHER_ACCOUNT, openContract, SYMBOL } from './market.js'
import { signIn, startVenue, type Venue } from './venue.js'

export interface TwoFirms {
  readonly venue: Venue
  readonly acme: Acme
  readonly instrument: number
  /** What the desks say who they are by: another may take its place. */
  readonly tokens: Record<'own' | 'other', string>
  readonly own: Desk
  readonly other: Desk
  /** Behind the end of their tokens. */
  signInAgain(): Promise<void>
}

export interface TwoFirmsOptions {
  /** What the contract has in place of what it has otherwise. */
  readonly contract?: { readonly [key: string]: Plain }
  /** Their clients. */
  readonly own?: string
  readonly other?: string
  /** What there has to be before they sign in. */
  readonly before?: (venue: Venue, acme: Acme) => Promise<unknown>
}

/** Each has 1,000 dollars. */
export async function openTwoFirms({
  contract = {},
  own = 'acme-trading',
  other = 'other-trading',
  before,
}: TwoFirmsOptions = {}): Promise<TwoFirms> {
  const venue = await startVenue()
  const acme = await buildAcme(venue)
  const instrument = await openContract(venue, SYMBOL, contract)
  await fund(venue, acme.main, '1000.00')
  await fund(venue, acme.foreign, '1000.00')
  await before?.(venue, acme)
  const tokens = { own: '', other: '' }
  const signInAgain = async () => {
    tokens.own = await signIn(venue, own, KEYS)
    tokens.other = await signIn(venue, other, OTHER_KEYS)
  }
  await signInAgain()
  return {
    venue,
    acme,
    instrument,
    tokens,
    own: deskOf(venue, () => tokens.own, ACCOUNT),
    other: deskOf(venue, () => tokens.other, OTHER_ACCOUNT),
    signInAgain,
  }
}
