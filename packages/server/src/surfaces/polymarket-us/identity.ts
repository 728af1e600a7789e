/** Who am I, which users, which accounts: open to every valid token, on both generations of paths. */
import type { ParticipantAccount, ParticipantBalance, PartyKind, ShownParty, ShownUser } from '@stemma/core'
import { balanceIn, nameOf, statusOf } from './accounts.js'
import type { Call, Route } from './call.js'
import { accountNotFound, answered, crossFirm, fromRefusal, invalid } from './errors.js'
import { Fields } from './fields.js'
import { firmName, parseUserName, userName } from './ids.js'
import { buyingPowerShown, marginOf } from './margin.js'
import { riskLimitsShown } from './risk-limits.js'
import { scopesShown } from './scopes.js'

const FIRM_TYPES: Readonly<Record<PartyKind, string>> = {
  clearing_house: 'FIRM_TYPE_CLEARING_HOUSE',
  clearing_member: 'FIRM_TYPE_CLEARING_MEMBER',
  participant: 'FIRM_TYPE_PARTICIPANT',
  client: 'FIRM_TYPE_PARTICIPANT',
}

/** What this surface reads of `identity.whoami`. */
interface Whoami {
  readonly user: { readonly name: string; readonly displayName: string } | null
  readonly party: ShownParty
  /** Nearest first. */
  readonly owners: readonly ShownParty[]
  readonly scopes: readonly string[]
}

export async function whoami({ host, actor, authenticated }: Call): Promise<unknown> {
  const {
    user,
    party: firm,
    owners,
    scopes,
  } = answered(await host.read<Whoami>('identity.whoami', actor, {}))
  const entitlements = scopesShown(scopes)
  return {
    user: user === null ? '' : userName(firm.name, user.name),
    userDisplayName: user?.displayName ?? '',
    firm: firmName(firm.name),
    firmDisplayName: firm.displayName,
    audience: authenticated.audience ?? '',
    firmType: FIRM_TYPES[firm.kind],
    firmId: firm.name,
    firmName: firm.displayName,
    entitlements,
    permissions: entitlements,
    legalEntities: [firm, ...owners].map(({ name, displayName, kind }) => ({
      id: name,
      name: displayName,
      type: FIRM_TYPES[kind],
    })),
  }
}

const readUsers = async ({ host, actor }: Call): Promise<readonly ShownUser[]> =>
  answered(await host.read<readonly ShownUser[]>('participants.users', actor, {}))

async function userLists(call: Call): Promise<unknown> {
  const users = await readUsers(call)
  return {
    users: users.map(({ firm, name }) => userName(firm.name, name)),
    displayNames: users.map(({ displayName }) => displayName),
    firms: users.map(({ firm }) => firm.name),
    firmsDisplayNames: users.map(({ firm }) => firm.displayName),
  }
}

async function userObjects(call: Call): Promise<unknown> {
  const { sealing } = call.services
  const users = await readUsers(call)
  const shown = users.map(
    async ({ firm, name, displayName, sealedEmail, roles, scopes, status, kyc, accounts }) => ({
      userId: userName(firm.name, name),
      displayName,
      email: sealedEmail === null ? '' : ((await sealing.open(firm.id, sealedEmail)) ?? ''),
      roles,
      scopes: scopesShown(scopes),
      state: status.toUpperCase(),
      kycStatus: kyc.toUpperCase(),
      accounts: accounts.map(nameOf),
    }),
  )
  return { users: await Promise.all(shown) }
}

async function readAccounts({ host, actor, incoming }: Call): Promise<readonly ParticipantAccount[]> {
  const asked = Fields.ofQuery(incoming.query).text('user')
  let user: number | null = null
  if (asked !== null) {
    const named = parseUserName(asked)
    if (named === null) throw invalid('invalid user: expected firms/{firm}/users/{user}')
    const input = { firm: named.firm, user: named.name }
    const answer = await host.read<{ user: number }>('participants.find', actor, input)
    if (answer.kind === 'refused')
      throw answer.refusal.code === 'not_visible' ? crossFirm() : fromRefusal(answer.refusal)
    user = answer.result.user
  }
  return answered(
    await host.read<readonly ParticipantAccount[]>('participants.accounts', actor, { user, name: null }),
  )
}

async function accountLists(call: Call): Promise<unknown> {
  const accounts = await readAccounts(call)
  return {
    accounts: accounts.map(nameOf),
    displayNames: accounts.map(({ displayName }) => displayName),
  }
}

async function accountObjects(call: Call): Promise<unknown> {
  const wanted = Fields.ofQuery(call.incoming.query).text('accountId')
  const accounts = await readAccounts(call)
  const shown =
    wanted === null
      ? accounts
      : accounts.filter((account) => [nameOf(account), account.name].includes(wanted))
  if (wanted !== null && shown.length === 0) throw accountNotFound()
  return { accounts: await Promise.all(shown.map((account) => accountObject(call, account))) }
}

/** Where the caller may read the account, its balances with what is left for further orders of each. */
export async function accountObject(
  { host }: Pick<Call, 'host'>,
  account: ParticipantAccount,
): Promise<Readonly<Record<string, unknown>>> {
  const { balances, baseCurrency } = account
  return {
    accountId: nameOf(account),
    name: account.displayName,
    status: statusOf(account),
    ...(balances === null ? {} : await balancesShown({ host }, { ...account, balances, baseCurrency })),
    riskLimits: riskLimitsShown(account),
  }
}

async function balancesShown(
  call: Pick<Call, 'host'>,
  account: ParticipantAccount & { readonly balances: readonly ParticipantBalance[] },
) {
  const { baseCurrency } = account
  const kept = account.balances.map(({ currency }) => currency)
  const own = kept.length === 0 ? [baseCurrency] : kept
  const figures = await Promise.all(own.map((currency) => marginOf(call, account, currency)))
  return {
    balances: figures.map((each) => ({
      currency: each.currency,
      balance: balanceIn(account, each.currency).posted,
      buyingPower: buyingPowerShown(each),
    })),
    buyingPower: buyingPowerShown(
      figures.find(({ currency }) => currency === baseCurrency) ??
        (await marginOf(call, account, baseCurrency)),
    ),
  }
}

const route = (method: Route['method'], path: string, answer: Route['answer']): Route => ({
  method,
  path,
  scope: null,
  answer,
})

export const IDENTITY_ROUTES: readonly Route[] = [
  route('GET', '/whoami', whoami),
  route('GET', '/accounts/whoami', whoami),
  route('GET', '/users', userLists),
  route('GET', '/accounts/users', userObjects),
  route('GET', '/accounts', accountLists),
  route('GET', '/accounts/accounts', accountObjects),
]
