/** What many operations share: names, paging, the results of commands, and the ids that examples speak of. */
import {
  choice,
  count,
  flag,
  id,
  instant,
  list,
  nullable,
  object,
  optional,
  text,
  type Wire,
} from '../wire/index.js'

export const NAME_LENGTH_MAX = 64
export const DISPLAY_NAME_LENGTH_MAX = 128
export const PAGE_LIMIT_MAX = 500
export const PAGE_LIMIT_DEFAULT = 50
export const REASON_LENGTH_MAX = 500

export const name = (description: string, max = NAME_LENGTH_MAX): Wire<string> =>
  text({
    max,
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    meaning: `a name of 1 to ${max} letters, digits, dots, dashes or underscores`,
    description,
  })

export const displayName = (max = DISPLAY_NAME_LENGTH_MAX): Wire<string> =>
  text({ max: max * 2, description: `What people read, 1 to ${max} printable characters` })

export const reason = (description = 'Why; kept with the event'): Wire<string> =>
  text({ max: REASON_LENGTH_MAX, description })

export const STATUSES = ['active', 'suspended', 'closed'] as const
export const KYC_STATES = ['none', 'pending', 'review', 'resubmit', 'approved', 'rejected'] as const
export const status = () => choice(STATUSES)
export const version = () =>
  count({ min: 1, description: 'Raised by every change; what `If-Match` compares' })

/** Fields of every list: how many, where to go on, and in which order. */
export const paging = {
  limit: optional(
    count({ min: 1, max: PAGE_LIMIT_MAX, description: 'Items a page; 50 unless said' }),
    PAGE_LIMIT_DEFAULT,
  ),
  cursor: optional(text({ max: 512, description: 'The `next_cursor` of the page before' })),
} as const

/** Lists of the tree are in order of creation, or of names where they are small. */
export const sorting = {
  sort: optional(
    choice(['created', 'name'], 'Order: `created` unless said; `name` for lists of up to 4,096'),
    'created',
  ),
} as const

/** Bounds of time that every history takes. */
export const period = {
  from: optional(instant('Not before')),
  to: optional(instant('Not after')),
  newest_first: optional(flag('Newest first'), true),
} as const

export const page = <W>(item: Wire<W>) =>
  object({
    items: list(item, { max: PAGE_LIMIT_MAX }),
    next_cursor: nullable(text({ max: 2_048, description: 'Where the next page begins; null on the last' })),
  })

/** The answer to a command: what it made, and the sequence at which it is durable. */
export const made = <const P extends string>(field: P, prefix: string) =>
  object({
    [field]: id(prefix),
    sequence: count({ description: 'Its place in the book; durable by the time of the answer' }),
  } as { readonly [K in P]: Wire<string> } & { readonly sequence: Wire<number> })

/** What a command answers when policy wants a second person first (HTTP 202). */
export const awaiting = object({
  approval: id('apr', 'What waits for a second person'),
  sequence: count(),
})

/** The ids that all examples speak of; the example world of the tests gives each a real one. */
export const EXAMPLE = {
  operator: 'pty_1',
  member: 'pty_12',
  firm: 'pty_15',
  client: 'pty_40',
  user: 'usr_21',
  key: 'key_22',
  token: 'tok_23',
  factor: 'fac_24',
  account: 'acc_1042',
  second: 'acc_1043',
  outside: 'acc_2',
  group: 'grp_60',
  block: 'blk_61',
  binding: 'bnd_62',
  role: 'rol_64',
  template: 'tpl_63',
  deposit: 'dep_70',
  withdrawal: 'wdr_71',
  hold: 'hld_72',
  transfer: 'trf_73',
  movement: 'csm_74',
  approval: 'apr_75',
  process: 'prc_76',
  webhook: 'whk_77',
  kyc: 'kyc_78',
  instrument: 'ins_80',
  order: 'ord_81',
  execution: 'exe_82',
  trade: 'trd_83',
  position: 'pos_84',
  fees: 'fee_85',
  venue: 'ven_79',
  move: 'mov_86',
  depositAddress: 'dad_88',
  bookAddress: 'adr_87',
  announcement: 'ann_89',
  at: '2026-11-20T17:00:00.000000Z',
} as const
