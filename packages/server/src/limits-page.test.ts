import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@stemma/core'
import { expect, test } from 'vitest'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/reference/limits.md'), 'utf8')

/** Which row of the page tells of which constant of the engine; the first number of the row is its value. */
const TOLD: Readonly<Record<string, string>> = {
  ACCOUNTS_OF_GROUP_MAX: 'Accounts of a group',
  ADDRESSES_OF_OFFER_MAX: 'Addresses offered by one request',
  ADDRESS_LABEL_LENGTH_MAX: 'Characters of the label of an address',
  ADDRESS_LENGTH_MAX: 'Characters of an address outside',
  BOOK_ADDRESSES_MAX: 'Addresses that an account may send to',
  DEPOSIT_ADDRESSES_MAX: 'Addresses at which an account is paid, of a currency',
  FREE_ADDRESSES_MAX: 'Addresses for deposits that are free',
  ACCOUNTS_OF_PARTY_MAX: 'Accounts of a party',
  ATTRIBUTES_SIZE_MAX: 'Characters of an account’s attributes, written out',
  ANNOUNCEMENTS_MAX: 'Announcements that stand',
  ANNOUNCEMENT_BODY_LENGTH_MAX: 'Characters of an announcement, line breaks included',
  ANNOUNCEMENT_TITLE_LENGTH_MAX: 'Characters of the title of an announcement',
  BINDINGS_OF_USER_MAX: 'Bindings of a user',
  BLOCKS_OF_TARGET_MAX: 'Blocks on one party, account or user',
  BOOK_DEPTH_MAX: 'Levels of a book, a side',
  CANCELS_OF_COMMAND_MAX: 'Orders cancelled by one request',
  CLEARING_NUMBER_LENGTH_MAX: 'Characters of an account’s number at the clearing firm',
  CLIENT_ID_LENGTH_MAX: 'Characters of the id of a client or of a key',
  CLIENT_ORDER_ID_LENGTH_MAX: 'Characters of a client order id',
  CREDENTIALS_OF_PARTY_MAX: 'Credentials of a party',
  CREDENTIALS_OF_USER_MAX: 'Credentials of a user',
  CONNECTION_LENGTH_MAX: 'Characters of the id of a connection',
  DECIMAL_LENGTH_MAX: 'Characters of a number',
  DESCRIPTION_LENGTH_MAX: 'Characters of a reason or a description',
  DISCONNECTS_OF_ACCOUNT_MAX: 'Connections of an account that cancel its orders as they end',
  DISPLAY_NAME_LENGTH_MAX: 'Characters of a display name',
  DISPLAY_RATIO_MAX: 'Times of what an iceberg shows that it may hide',
  FACTORS_OF_USER_MAX: 'Second factors of a user',
  FACTOR_FAILURES_MAX: 'Second factors in a row that may be wrong before they are locked',
  FACTOR_KEY_ID_LENGTH_MAX: 'Characters of what a security key calls its key',
  FACTOR_NAME_LENGTH_MAX: 'Characters of the name of a second factor',
  EXTERNAL_ID_LENGTH_MAX: 'Characters of the external id of an identity check',
  FILLS_OF_COMMAND_MAX: 'Orders that one command trades with, or ends because they stand in the way',
  FOLLOWING_OF_COMMAND_MAX: 'Orders that follow one command of prices',
  GROUPS_OF_PARTY_MAX: 'Account groups of a party',
  INDEXES_MAX: 'Indexes of a book',
  INDEX_NAME_LENGTH_MAX: 'Characters of the name of an index',
  INSTRUMENTS_MAX: 'Instruments of a book',
  IP_ADDRESSES_MAX: 'Addresses that a credential is bound to',
  KEY_ID_LENGTH_MAX: 'Characters of the id of a client or of a key',
  KEYS_OF_ACCOUNT_MAX: 'Keys of an account, of surfaces whose keys are of accounts',
  KEY_LENGTH_MAX: 'Characters of an idempotency key',
  KEY_NAME_LENGTH_MAX: 'Characters of the name of such a key',
  KINDS_OF_WEBHOOK_MAX: 'Kinds of a webhook',
  LABEL_LENGTH_MAX: 'Characters of a label',
  LEGS_OF_MOVE_MAX: 'Positions moved by one request',
  LINKED_ORDERS_MAX: 'Orders of an account that others hang on',
  LIMITS_OF_NODE_MAX: 'Risk limits of a node',
  LOTS_OF_POSITION_MAX: 'Lots of a position',
  METADATA_FIELDS_MAX: 'Own fields of an instrument',
  NAME_LENGTH_MAX: 'Characters of a name',
  OPEN_ORDERS_LIMIT_MAX: 'What a risk limit can say of open orders, or of orders a second',
  OWN_SUBACCOUNTS_MAX: 'Subaccounts that a main account makes itself',
  PEGGED_ORDERS_MAX: 'Orders of an instrument whose price follows the index',
  ORDER_RATE_LIMIT_MAX: 'What a risk limit can say of open orders, or of orders a second',
  PAGE_MAX: 'Items of a page',
  PAIRS_OF_SESSION_MAX: 'Pairs of tokens of a session; the next one ends the first',
  PRICES_OF_COMMAND_MAX: 'Prices published by one request',
  PROTECTED_ORDERS_MAX: 'Open orders of a protection',
  PROTECTION_FROZEN_SECONDS_MAX: 'Seconds of the freeze of a protection',
  PROTECTION_INTERVAL_SECONDS_MAX: 'Seconds of the interval of a protection',
  PROTECTIONS_OF_ACCOUNT_MAX: 'Protections of an account',
  PUBLIC_KEYS_MAX: 'Live public keys of a client',
  PUBLIC_KEY_LENGTH_MAX: 'Characters of a public key',
  QUOTE_GROUPS_MAX: 'Groups of quotes of an account',
  QUOTE_GROUP_LENGTH_MAX: 'Characters of the name of a group of quotes',
  QUOTE_ID_LENGTH_MAX: 'Characters of the name of a message of quotes, or of a set of them',
  QUOTES_OF_COMMAND_MAX: 'Instruments quoted by one request',
  QUANTITY_SCALE_MAX: 'Digits after the point of a quantity',
  REASON_LENGTH_MAX: 'Characters of a reason or a description',
  REFERENCE_LENGTH_MAX: 'Characters of the reference of a movement',
  ROLES_OF_PARTY_MAX: 'Roles that a party defines',
  ROLES_OF_USER_MAX: 'Roles of a user',
  SCOPES_OF_LIST_MAX: 'Scopes in a list',
  SELF_MATCH_ID_LENGTH_MAX: 'Characters of a self-match id',
  SESSIONS_OF_CREDENTIAL_MAX: 'Sessions of a credential; the next one ends the first',
  SESSION_NAME_LENGTH_MAX: 'Characters of the name of a session',
  SETTLEMENT_DAYS_MAX: 'Business days to settlement',
  SUBACCOUNT_NAME_LENGTH_MAX: 'Characters of the name that a main account gives a subaccount',
  SUBACCOUNTS_MAX: 'Subaccounts of an account',
  SYMBOL_LENGTH_MAX: 'Characters of a symbol',
  TAGS_MAX: 'Tags of an order',
  TEMPLATES_OF_PARTY_MAX: 'Templates of a party',
  TOKENS_OF_CREDENTIAL_MAX: 'Live tokens of a credential',
  TOKEN_CHAIN_MAX: 'Tokens in a chain of exchanges',
  TRAILING_ORDERS_MAX: 'Trailing stops that wait in an instrument',
  TREE_DEPTH_MAX: 'Levels of the tree',
  USERS_OF_PARTY_MAX: 'Users of a party',
  VALUES_OF_SETTING_MAX: 'Dated values of a setting at a node',
  VENUES_MAX: 'Outside venues of a book',
  WEBHOOKS_OF_PARTY_MAX: 'Webhooks of a party',
  WEBHOOK_URL_LENGTH_MAX: 'Characters of a webhook’s address',
}

/** Bounds that no caller of the native API meets: sizes of ids, of sealed text, of steps, and of lists of other surfaces. */
const INTERNAL = new Set([
  'APPROVALS_LIMIT_MAX',
  'BOOK_MAX',
  'ITEMS_OF_OPEN_MANY_MAX',
  'LISTED_ACCOUNTS_MAX',
  'MAILS_OF_PARTY_MAX',
  'ROWS_OF_COMMAND_MAX',
  'SEALED_LENGTH_MAX',
  'SEALED_PERSONAL_LENGTH_MAX',
  'SIMULATED_POSITIONS_MAX',
])

/** Told as the second number of a row. */
const SECOND: Readonly<Record<string, string>> = {
  METADATA_BYTES_MAX: 'Own fields of an instrument',
  TAG_LENGTH_MAX: 'Tags of an order',
}

function numbersOf(what: string): number[] {
  const row = PAGE.split('\n').find((line) => line.startsWith(`| ${what} | `))
  const [limit = ''] = row?.slice(`| ${what} | `.length).split(' |') ?? []
  return [...limit.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')))
}

const constants = Object.entries(core).filter(
  (entry): entry is [string, number] => /_MAX$/.test(entry[0]) && typeof entry[1] === 'number',
)

test.each(constants.filter(([name]) => !INTERNAL.has(name)))(
  '%s is on the page of limits: %i',
  (name, value) => {
    const [first, second] = numbersOf(TOLD[name] ?? SECOND[name] ?? name)
    expect(name in SECOND ? second : first).toBe(value)
  },
)
