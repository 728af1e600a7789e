/** A US retail broker: cash, margin and day-trader accounts, each type in every status on the way from new to closed. */
import type { Id } from '@stemma/core'
import type { Builder } from '../builder.js'

export interface Liberty {
  readonly firm: Id
  readonly active: Readonly<Record<RetailType, Id>>
}

const RETAIL_TYPES = ['cash', 'margin', 'day_trader'] as const
type RetailType = (typeof RETAIL_TYPES)[number]

/** One client for each status, with an account of each type in it. */
const CLIENTS = [
  { status: 'new', displayName: 'Nora New' },
  { status: 'sent', displayName: 'Sam Sent' },
  { status: 'rejected', displayName: 'Rita Rejected' },
  { status: 'active', displayName: 'Adam Active' },
  { status: 'suspended', displayName: 'Sue Suspended' },
  { status: 'closed', displayName: 'Carl Closed' },
] as const
type RetailStatus = (typeof CLIENTS)[number]['status']

const FUNDING: Readonly<Record<RetailType, string>> = {
  cash: '12500.00',
  margin: '48000.00',
  day_trader: '60000.00',
}

export async function createLiberty(builder: Builder, root: Id): Promise<Liberty> {
  const member = await builder.party({
    owner: root,
    kind: 'clearing_member',
    name: 'liberty-clearing',
    displayName: 'Liberty Clearing Corp',
  })
  const firm = await builder.party({
    owner: member,
    kind: 'participant',
    name: 'liberty-brokerage',
    displayName: 'Liberty Brokerage Inc',
  })
  await createStaff(builder, firm)
  let active: Liberty['active'] | null = null
  for (const { status, displayName } of CLIENTS) {
    const accounts = await createClient(builder, firm, status, displayName)
    if (status === 'active') active = accounts
  }
  if (active === null) throw new Error('expected a client with active accounts')
  return { firm, active }
}

async function createStaff(builder: Builder, party: Id): Promise<void> {
  const staff = [
    ['liberty-back-office', 'Liberty back office', 'firm_administrator'],
    ['liberty-clearing-desk', 'Liberty clearing desk', 'clearing_agent'],
    ['liberty-supervisor', 'Liberty supervisor', 'supervisor'],
  ] as const
  for (const [name, displayName, role] of staff)
    await builder.user({ party, name, displayName, email: `${name}@liberty.example`, roles: [role] })
}

async function createClient(
  builder: Builder,
  owner: Id,
  status: RetailStatus,
  displayName: string,
): Promise<Record<RetailType, Id>> {
  const party = await builder.party({
    owner,
    kind: 'client',
    name: `liberty-client-${status}`,
    displayName,
    kyc: status === 'new' ? 'pending' : 'approved',
  })
  const user = await builder.user({
    party,
    name: `liberty-${status}`,
    displayName,
    email: `${status}@liberty.example`,
    roles: ['trading_user'],
  })
  const accounts: Partial<Record<RetailType, Id>> = {}
  for (const type of RETAIL_TYPES) {
    const account = await createAccount(builder, party, type, status)
    // A new account is bound to nobody; these three were bound by the back office afterwards.
    if (status === 'active') await builder.bind(user, account)
    accounts[type] = account
  }
  return accounts as Record<RetailType, Id>
}

async function createAccount(
  builder: Builder,
  party: Id,
  type: RetailType,
  status: RetailStatus,
): Promise<Id> {
  const account = await builder.account({
    party,
    name: `liberty-${type.replace('_', '-')}-${status}`,
    displayName: `${type.replace('_', ' ')} account`,
    type,
    needsClearing: true,
    attributes: { ownerType: 'individual', optionLevel: type === 'cash' ? 1 : 3, repCode: 'LB01' },
  })
  if (status === 'new') return account
  const step = (command: string, more: { readonly [key: string]: string | null }, reason: string) =>
    builder.run(command, { account, version: null, ...more }, reason)
  await step('accounts.review', { decision: 'forward' }, 'Application complete')
  if (status === 'sent') return account
  if (status === 'rejected') {
    await step('accounts.reject', {}, 'Documents do not match')
    return account
  }
  await step('accounts.approve', { clearingNumber: `5LB${String(account).padStart(5, '0')}` }, 'Cleared')
  if (status === 'closed') {
    await step('accounts.close', {}, 'Asked for by the client')
    return account
  }
  await builder.deposit(account, 'USD', FUNDING[type], 'ACH')
  if (status === 'suspended') await step('accounts.suspend', {}, 'Returned mail')
  return account
}
