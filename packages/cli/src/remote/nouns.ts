/** What the command line calls the resources of the API, and its verbs where they differ. */
export interface Noun {
  readonly noun: string
  readonly summary: string
  /** Resources of the API whose operations stand under it. */
  readonly resources: readonly string[]
}

export const NOUNS: readonly Noun[] = [
  { noun: 'party', summary: 'The tree of owners', resources: ['parties'] },
  { noun: 'account', summary: 'Accounts and subaccounts', resources: ['accounts'] },
  { noun: 'subaccount', summary: 'Subaccounts of a main account', resources: ['subaccounts'] },
  { noun: 'login', summary: 'Who signs in to an account', resources: ['logins', 'access_log'] },
  { noun: 'group', summary: 'Account groups', resources: ['groups'] },
  { noun: 'user', summary: 'Users', resources: ['users'] },
  { noun: 'role', summary: 'Roles', resources: ['roles'] },
  { noun: 'key', summary: 'API keys, and clients with public keys', resources: ['api_keys', 'credentials'] },
  { noun: 'factor', summary: 'Second factors', resources: ['factors'] },
  { noun: 'token', summary: 'Access tokens', resources: ['tokens'] },
  { noun: 'bind', summary: 'Bindings: who reaches what', resources: ['bindings'] },
  { noun: 'access', summary: 'Who am I, why not, who can, what can they', resources: ['identity', 'access'] },
  { noun: 'block', summary: 'Blocks on parties, accounts and users', resources: ['blocks'] },
  { noun: 'setting', summary: 'Dated values, inherited down the tree', resources: ['settings'] },
  { noun: 'template', summary: 'Templates for opening accounts', resources: ['templates'] },
  { noun: 'balance', summary: 'Balances', resources: ['balances'] },
  { noun: 'entry', summary: 'Entries of the ledger', resources: ['entries'] },
  { noun: 'deposit', summary: 'Money coming in', resources: ['deposits'] },
  { noun: 'withdrawal', summary: 'Money going out', resources: ['withdrawals'] },
  {
    noun: 'address',
    summary: 'Where accounts are paid, and where they may send to',
    resources: ['deposit_addresses', 'address_book'],
  },
  { noun: 'movement', summary: 'Cash movements of a partner', resources: ['cash_movements'] },
  { noun: 'transfer', summary: 'Money between accounts', resources: ['transfers'] },
  { noun: 'hold', summary: 'Amounts set aside', resources: ['holds'] },
  { noun: 'instrument', summary: 'What can be traded', resources: ['instruments', 'fee_schedules'] },
  { noun: 'order', summary: 'Orders', resources: ['orders'] },
  { noun: 'protection', summary: 'Market-maker protection', resources: ['protections'] },
  { noun: 'disconnect', summary: 'Orders that end with their socket', resources: ['disconnects'] },
  { noun: 'trade', summary: 'Trades and execution reports', resources: ['trades', 'executions'] },
  { noun: 'drop-copy', summary: 'Execution reports of a firm', resources: ['drop_copy'] },
  {
    noun: 'position',
    summary: 'Positions, now and as they were, and what was settled',
    resources: ['positions', 'settlements'],
  },
  {
    noun: 'margin',
    summary: 'What an account can do with its money',
    resources: ['margin', 'portfolios'],
  },
  {
    noun: 'limit',
    summary: 'Risk limits, and the locks of a daily loss',
    resources: ['risk_limits', 'loss_lockouts'],
  },
  { noun: 'price', summary: 'Prices and indexes that are published', resources: ['prices', 'indexes'] },
  {
    noun: 'quote',
    summary: 'The market, now and as it was',
    resources: ['quotes', 'books', 'statistics', 'candles', 'funding_hours', 'instrument_settlements'],
  },
  { noun: 'correction', summary: 'Reversals', resources: ['corrections'] },
  { noun: 'adjustment', summary: 'Amounts booked by hand', resources: ['adjustments'] },
  { noun: 'approval', summary: 'What waits for a second person', resources: ['approvals'] },
  { noun: 'node', summary: 'Sums of a party and everything beneath it', resources: ['nodes'] },
  { noun: 'process', summary: 'Long work', resources: ['processes'] },
  { noun: 'venue', summary: 'Outside venues, and what they report', resources: ['venues'] },
  {
    noun: 'announcement',
    summary: 'What the house tells everybody',
    resources: ['announcements'],
  },
  { noun: 'events', summary: 'What happened', resources: ['events'] },
  { noun: 'webhook', summary: 'Events sent to an address', resources: ['webhooks'] },
  { noun: 'mailbox', summary: 'Mail that the server kept', resources: ['mails'] },
  { noun: 'kyc', summary: 'Identity checks', resources: ['kyc'] },
]

/** Operations that have a command of their own, or none. */
export const ELSEWHERE: readonly string[] = ['book.verify']

/** Verbs that the command line says differently, so that one noun can hold several resources. */
const VERBS: Readonly<Record<string, string>> = {
  'deposit_addresses.list': 'deposits',
  'address_book.list': 'book',
  'credentials.create': 'register',
  'accounts.open': 'create',
  'accounts.open_many': 'create-many',
  'fee_schedules.create': 'create-fees',
  'executions.list': 'executions',
  'books.get': 'book',
  'statistics.get': 'statistics',
  'indexes.list': 'indexes',
  'indexes.hours': 'index-hours',
  'indexes.volatility': 'index-volatility',
  'candles.list': 'candles',
  'funding_hours.list': 'funding',
  'funding_hours.sum': 'funding-sum',
  'instrument_settlements.list': 'settlements',
  'settlements.list': 'settlements',
  'access_log.list': 'log',
  'portfolios.list': 'portfolios',
  'loss_lockouts.list': 'lockouts',
  'loss_lockouts.lift': 'lift-lockout',
}

export function verbOf(operation: string): string {
  const verb = VERBS[operation] ?? operation.slice(operation.indexOf('.') + 1)
  return (verb === 'get' ? 'show' : verb).replaceAll('_', '-')
}

export const resourceOf = (operation: string): string => operation.slice(0, operation.indexOf('.'))
