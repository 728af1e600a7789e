/** What has to be there before the example of an operation can run, by the name of the operation. Not exported. */
import { EXAMPLE } from '@stemma/contract'

/** Calls of other examples, by the id that they make; with another input where one is given. */
export const BEFORE: Readonly<
  Record<
    string,
    readonly (readonly [
      operation: string,
      input: Record<string, unknown> | null,
      made: string,
      field: string,
    ])[]
  >
> = (() => {
  const group = [
    'groups.create',
    { party: EXAMPLE.client, name: 'growth', display_name: 'Growth' },
    EXAMPLE.group,
    'group',
  ] as const
  const own = [
    'accounts.open',
    { party: EXAMPLE.client, name: 'own', display_name: 'Own', type: 'cash' },
    EXAMPLE.account,
    'account',
  ] as const
  const add = [
    'groups.add_account',
    { group: EXAMPLE.group, account: EXAMPLE.account },
    EXAMPLE.group,
    'group',
  ] as const
  const waiting = [
    'accounts.open',
    { party: EXAMPLE.firm, name: 'waiting', display_name: 'W', type: 'cash', needs_clearing: true },
    EXAMPLE.second,
    'account',
  ] as const
  const forward = [
    'accounts.review',
    { account: EXAMPLE.second, decision: 'forward' },
    EXAMPLE.second,
    'account',
  ] as const
  const key = ['api_keys.create', null, EXAMPLE.key, 'credential'] as const
  const client = ['credentials.create', null, EXAMPLE.key, 'credential'] as const
  const deposit = [
    'deposits.create',
    { account: EXAMPLE.account, currency: 'USD', amount: '5.00' },
    EXAMPLE.deposit,
    'deposit',
  ] as const
  const settled = [
    'deposits.create',
    { account: EXAMPLE.account, currency: 'USD', amount: '5.00', settle: true },
    EXAMPLE.deposit,
    'deposit',
  ] as const
  const withdrawal = ['withdrawals.create', null, EXAMPLE.withdrawal, 'withdrawal'] as const
  const offered = ['deposit_addresses.offer', null, 'dad_0', 'offered'] as const
  const addressed = ['address_book.add', null, EXAMPLE.bookAddress, 'book_address'] as const
  // Another owner's account that takes what is sent to its name.
  const other = [
    [
      'accounts.open',
      { party: EXAMPLE.firm, name: 'heron-main', display_name: 'Heron', type: 'cash' },
      EXAMPLE.second,
      'account',
    ],
    [
      'settings.set',
      { node: EXAMPLE.firm, name: 'transfers.accept_from_others', value: true },
      'set_0',
      'setting',
    ],
    [
      'address_book.add',
      { account: EXAMPLE.account, currency: 'USD', kind: 'transfer', address: 'heron-main', label: 'Heron' },
      EXAMPLE.bookAddress,
      'book_address',
    ],
  ] as const
  const prepared = ['transfers.prepare', null, EXAMPLE.transfer, 'transfer'] as const
  const hold = ['holds.create', null, EXAMPLE.hold, 'hold'] as const
  const policy = [
    'settings.set',
    {
      node: EXAMPLE.firm,
      name: 'approvals.policy',
      value: { money: 'always', rights: 'never', corrections: 'never' },
    },
    'set_0',
    'setting',
  ] as const
  const asked = ['transfers.create', null, EXAMPLE.approval, 'approval'] as const
  const instrument = ['instruments.create', null, EXAMPLE.instrument, 'instrument'] as const
  const opened = ['instruments.set_state', null, EXAMPLE.instrument, 'instrument'] as const
  const share = [
    'instruments.create',
    { symbol: 'ACME', display_name: 'ACME', kind: 'equity', currency: 'USD', tick: '0.01', lot: '1' },
    'ins_0',
    'instrument',
  ] as const
  const placed = ['orders.place', null, EXAMPLE.order, 'order'] as const
  // Who sells what it does not hold keeps the payout behind it.
  const seller = [
    'accounts.open',
    { party: EXAMPLE.firm, name: 'short', display_name: 'Short', type: 'fully_collateralised' },
    EXAMPLE.second,
    'account',
  ] as const
  const funded = [
    'transfers.create',
    { from: EXAMPLE.account, to: EXAMPLE.second, currency: 'USD', amount: '200.00' },
    EXAMPLE.transfer,
    'transfer',
  ] as const
  const market = [instrument, opened] as const
  const tradable = [...market, seller, funded] as const
  const crossed = [...tradable, ['orders.cross', null, EXAMPLE.trade, 'trade']] as const
  const subaccount = ['subaccounts.create', null, EXAMPLE.second, 'account'] as const
  const each = <T>(names: readonly string[], calls: readonly T[]) =>
    Object.fromEntries(names.map((name) => [name, calls]))
  return {
    ...each(
      [
        'subaccounts.rename',
        'subaccounts.remove',
        'subaccounts.set_email',
        'subaccounts.set_login',
        'subaccounts.set_notified',
        'logins.get',
      ],
      [subaccount],
    ),
    'subaccounts.withdraw_email': [subaccount, ['subaccounts.set_email', null, EXAMPLE.user, 'user']],
    'logins.remove': [subaccount, ['subaccounts.set_login', null, EXAMPLE.user, 'user']],
    ...each(['groups.get', 'groups.update', 'groups.close'], [group]),
    'protections.reset': [['protections.set', null, 'mmp_93', 'protection']],
    'orders.quote': [
      [
        'protections.set',
        {
          account: EXAMPLE.account,
          index: 'btc_usd',
          group: 'near',
          interval_seconds: 5,
          quantity_limit: '3',
        },
        'mmp_93',
        'protection',
      ],
    ],
    'groups.add_account': [own, group],
    'groups.remove_account': [own, group, add],
    'accounts.review': [waiting],
    ...each(['accounts.approve', 'accounts.reject'], [waiting, forward]),
    'accounts.reactivate': [['accounts.suspend', null, EXAMPLE.account, 'account']],
    'accounts.close': [
      [
        'accounts.open',
        { party: EXAMPLE.firm, name: 'empty', display_name: 'E', type: 'cash' },
        EXAMPLE.account,
        'account',
      ],
    ],
    'parties.reactivate': [['parties.suspend', null, EXAMPLE.firm, 'party']],
    ...each(['processes.get', 'processes.list'], [['accounts.open_many', null, EXAMPLE.process, 'process']]),
    'blocks.lift': [['blocks.set', null, EXAMPLE.block, 'block']],
    'settings.clear': [policy],
    ...each(
      ['templates.update', 'templates.remove'],
      [['templates.create', null, EXAMPLE.template, 'template']],
    ),
    'users.reactivate': [['users.suspend', null, EXAMPLE.user, 'user']],
    ...each(
      [
        'credentials.get',
        'credentials.update',
        'credentials.disable',
        'credentials.enable',
        'credentials.revoke',
        'tokens.list',
      ],
      [key],
    ),
    'credentials.add_key': [client],
    'credentials.remove_key': [client, ['credentials.add_key', null, EXAMPLE.key, 'credential']],
    ...each(['bindings.update', 'bindings.remove'], [['bindings.create', null, EXAMPLE.binding, 'binding']]),
    ...each(['roles.update', 'roles.remove'], [['roles.create', null, EXAMPLE.role, 'role']]),
    ...each(['deposits.acknowledge', 'deposits.complete', 'deposits.cancel', 'deposits.get'], [deposit]),
    'corrections.reverse': [settled],
    ...each(
      ['withdrawals.complete', 'withdrawals.reject', 'withdrawals.cancel', 'withdrawals.get'],
      [withdrawal],
    ),
    ...each(['transfers.confirm', 'transfers.cancel', 'transfers.get'], [prepared]),
    'transfers.send': other,
    'deposit_addresses.assign': [offered],
    'address_book.remove': [addressed],
    ...each(['holds.capture', 'holds.release', 'holds.get'], [hold]),
    ...each(
      ['approvals.approve', 'approvals.reject', 'approvals.withdraw', 'approvals.get'],
      [policy, asked],
    ),
    ...each(['kyc.get', 'kyc.decide'], [['kyc.start', null, EXAMPLE.kyc, 'application']]),
    'risk_limits.clear': [['risk_limits.set', null, 'rlm_90', 'limit']],
    ...each(
      [
        'instruments.update',
        'instruments.set_state',
        'instruments.get',
        'instruments.list',
        'books.get',
        'quotes.get',
        'statistics.get',
        'candles.list',
      ],
      [instrument],
    ),
    ...each(['instruments.settle', 'orders.place', 'orders.preview'], market),
    ...each(
      [
        'orders.replace',
        'orders.cancel',
        'orders.cancel_all',
        'orders.open',
        'orders.list',
        'orders.get',
        'orders.find',
        'executions.list',
        'drop_copy.list',
        'margin.get',
        'margin.of_order',
      ],
      [...market, placed],
    ),
    'orders.cross': tradable,
    ...each(
      [
        'trades.list',
        'trades.bust',
        'trades.correct',
        'positions.list',
        'positions.get',
        'positions.entries',
        'positions.as_of',
        'positions.close',
      ],
      crossed,
    ),
    'positions.adjust': [share],
    ...each(
      ['venues.get', 'venues.update', 'venues.report'],
      [['venues.create', null, EXAMPLE.venue, 'venue']],
    ),
    'factors.remove': [['factors.begin', null, EXAMPLE.factor, 'factor']],
    ...each(
      ['webhooks.update', 'webhooks.remove'],
      [['webhooks.register', null, EXAMPLE.webhook, 'webhook']],
    ),
    ...each(
      ['announcements.withdraw', 'announcements.mark_read'],
      [['announcements.publish', null, EXAMPLE.announcement, 'announcement']],
    ),
  } as never
})()
