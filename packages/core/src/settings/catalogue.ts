/**
 * Every setting there is, with what it means, its default and the values it takes. A setting is here because code
 * reads it; a name that is not here is refused.
 */
import type { Plain } from '../image/index.js'
import { approvalPolicy } from './approval-policy.js'
import { collateralHaircuts } from './haircuts.js'
import { type Setting, wholeNumber, yesOrNo } from './kinds.js'
import { withdrawalFees } from './withdrawal-fees.js'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const SETTINGS = {
  'accounts.clearing_required': yesOrNo(
    'New accounts wait for review and for the answer of the clearing firm, unless the request says otherwise',
    false,
  ),
  'approvals.policy': approvalPolicy,
  'holds.life_seconds_max': wholeNumber('The longest life of a hold', 30 * DAY, {
    least: 1,
    most: 366 * DAY,
  }),
  'limits.accounts_per_party': wholeNumber(
    'Accounts that a party may have, subaccounts included',
    1_000_000,
    {
      least: 0,
      most: 1_000_000,
    },
  ),
  'margin.collateral_haircuts': collateralHaircuts,
  'margin.insurance': yesOrNo(
    'What an account under standard margin owes once it has no position left is paid by the operator’s insurance account; otherwise its balance stays below zero',
    false,
  ),
  'margin.liquidation': yesOrNo(
    'Accounts under standard margin that do not keep what they have to are liquidated',
    true,
  ),
  'margin.liquidation_fee_basis_points': wholeNumber(
    'What liquidation costs of the worth of what it closes',
    75,
    { least: 0, most: 10_000 },
  ),
  'orders.day_orders_expire': yesOrNo(
    'Day orders end with the business day; otherwise they stand until they are cancelled',
    true,
  ),
  'orders.market_collar_basis_points': wholeNumber(
    'How far above the reference price a market purchase at an outside venue is reserved for',
    400,
    { least: 0, most: 10_000 },
  ),
  'orders.quotes': yesOrNo(
    'Accounts may quote in many instruments at once (`orders.quote`), under groups of protection',
    true,
  ),
  'positions.moves_per_week': wholeNumber(
    'How often a main account may move positions between its accounts in 168 hours',
    100,
    { least: 1, most: 10_000 },
  ),
  'tokens.life_seconds': wholeNumber('The life of an access token', 180, { least: 10, most: DAY }),
  'transfers.prepared_life_seconds': wholeNumber(
    'How long a prepared transfer waits for its confirmation',
    HOUR,
    { least: 1, most: 30 * DAY },
  ),
  'transfers.accept_from_others': yesOrNo(
    'Accounts take transfers from accounts of other owners that have their address',
    false,
  ),
  'venue.order_rate_tier': wholeNumber(
    'Which of the four published limits on order requests a second a firm has; a higher tier allows more',
    1,
    { least: 1, most: 4 },
  ),
  'withdrawals.fees': withdrawalFees,
} as const satisfies Record<string, Setting<Plain>>

export type SettingName = keyof typeof SETTINGS
export type SettingValue<N extends SettingName> = (typeof SETTINGS)[N] extends Setting<infer T> ? T : never

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[]

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)

/** What the setting expects, where `value` is not that. */
export const settingFault = (name: SettingName, value: Plain): string | null =>
  (SETTINGS[name] as Setting<Plain>).fault(value)
