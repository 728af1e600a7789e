/** The venue's own example: a clearing member, two participant firms beneath it, users, clients and accounts. Not exported. */
import type { Keys, Venue } from './venue.js'
import { pemOf, rsaKey } from './venue.js'

/** One pair for all: making RSA keys is the slowest thing that these tests do. */
export const KEYS = rsaKey()
export const OTHER_KEYS = rsaKey()

export interface Acme {
  readonly operator: number
  readonly member: number
  readonly firm: number
  readonly foreignFirm: number
  readonly trader: number
  readonly dropCopy: number
  readonly administrator: number
  readonly main: number
  readonly foreignUser: number
  readonly foreign: number
  /** Credentials by client id. */
  readonly credentials: Readonly<Record<string, number>>
}

export async function buildAcme(venue: Venue): Promise<Acme> {
  // The first start opened the book; its operator is the root of the tree.
  const { hierarchy } = venue.server.engine.rooms
  const book = { party: hierarchy.parties.id(hierarchy.partyByName.find('operator')) as number }
  const party = async (owner: number, kind: string, name: string, displayName: string): Promise<number> =>
    (
      await venue.run<{ party: number }>('parties.create', {
        owner,
        kind,
        name,
        displayName,
        baseCurrency: null,
        isPartner: false,
        isLegallyLiable: false,
        sealedPersonal: null,
      })
    ).party
  const member = await party(book.party, 'clearing_member', 'api-acme-clearingmember', 'Acme Clearing')
  const firm = await party(member, 'participant', 'api-acme-participantfirm', 'Acme Capital LLC')
  const foreignFirm = await party(member, 'participant', 'other-firm', 'Other Firm Inc')
  const account = async (owner: number, name: string, displayName: string): Promise<number> =>
    (
      await venue.run<{ account: number }>('accounts.open', {
        party: owner,
        main: null,
        name,
        displayName,
        type: 'fully_collateralised',
        baseCurrency: null,
        needsClearing: false,
        attributes: {},
      })
    ).account
  const main = await account(firm, 'acme-main', 'Acme Main')
  const foreign = await account(foreignFirm, 'other-main', 'Other Main')
  const user = async (
    owner: number,
    name: string,
    roles: string[],
    scopes: string[],
    bound: number | null,
  ): Promise<number> =>
    (
      await venue.run<{ user: number }>('users.create', {
        party: owner,
        name,
        displayName: `User ${name}`,
        sealedEmail: await venue.seal(owner, `${name}@acme.test`),
        kyc: 'approved',
        roles,
        scopes,
        account: bound,
      })
    ).user
  const trader = await user(firm, 'api-acme-trading', ['trading_user'], [], main)
  const dropCopy = await user(firm, 'api-acme-dropcopy', ['drop_copy_user'], [], null)
  const administrator = await user(firm, 'api-acme-admin', ['firm_administrator'], [], null)
  const foreignUser = await user(foreignFirm, 'other-trading', ['trading_user'], ['funding:read'], foreign)
  const client = (user: number, clientId: string, keys: Keys = KEYS): Promise<number> =>
    addClient(venue, { user }, clientId, keys)
  return {
    operator: book.party,
    member,
    firm,
    foreignFirm,
    trader,
    dropCopy,
    administrator,
    main,
    foreignUser,
    foreign,
    credentials: {
      trading: await client(trader, 'acme-trading'),
      dropCopy: await client(dropCopy, 'acme-dropcopy'),
      administrator: await client(administrator, 'acme-admin'),
      other: await client(foreignUser, 'other-trading', OTHER_KEYS),
    },
  }
}

export async function addClient(
  venue: Venue,
  owner: { readonly user?: number; readonly party?: number },
  clientId: string,
  keys: Keys,
  more: Readonly<Record<string, never>> | Record<string, unknown> = {},
): Promise<number> {
  const input = {
    user: owner.user ?? null,
    party: owner.party ?? null,
    kind: 'client',
    clientId,
    displayName: clientId,
    surface: 'polymarket-us',
    secretHash: null,
    publicKeys: [{ kid: 'one', algorithm: 'RS256', pem: pemOf(keys), addedAt: venue.clock.now() }],
    scopes: null,
    ipAddresses: [],
    expiresAt: null,
    ...more,
  }
  return (await venue.run<{ credential: number }>('credentials.create', input as never)).credential
}
