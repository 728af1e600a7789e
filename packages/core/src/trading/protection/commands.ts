/** `protections.set` and `protections.reset`: how an account's market making is protected, and going on after it was. */
import type { AccountId } from '../../hierarchy/index.js'
import { command, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { tradeNeeds } from '../access.js'
import type { TradingContext } from '../trading.js'
import {
  PROTECTION_FROZEN_SECONDS_MAX,
  PROTECTION_INTERVAL_SECONDS_MAX,
  PROTECTIONS_OF_ACCOUNT_MAX,
  type ProtectionId,
} from './fields.js'
import { cancelProtected, protectionOf, recordProtection, thaw } from './protecting.js'

export type SetProtection = {
  readonly account: AccountId
  readonly index: string
  /** 0 takes the protection away, and the orders that were under it. */
  readonly intervalSeconds: number
  readonly frozenSeconds: number
  readonly quantityLimit: bigint | null
  readonly deltaLimit: bigint | null
}

export const setProtection = command({
  name: 'protections.set',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: SetProtection) => tradeNeeds(account, 'trade'),
  decide(context, input) {
    check(context, input)
    const { trading, now } = context
    const known = protectionOf(context, input.account, input.index)
    if (input.intervalSeconds === 0) {
      if (known !== NO_ROW) remove(context, known)
      return { protection: null }
    }
    if (known === NO_ROW && trading.protectionsOf.of(input.account).length >= PROTECTIONS_OF_ACCOUNT_MAX)
      refuse('limit_reached', `an account has at most ${PROTECTIONS_OF_ACCOUNT_MAX} protections`)
    const row =
      known === NO_ROW
        ? trading.protections.insert(context.image.newId<ProtectionId>(), {
            ...input,
            countedFrom: null,
            traded: 0n,
            delta: 0n,
            isFrozen: false,
            frozenUntil: null,
            updatedAt: now,
          })
        : changed(context, known, input)
    recordProtection(context, row, 'set')
    return { protection: trading.protections.id(row) }
  },
})

function check({ market }: TradingContext, input: SetProtection): void {
  if (
    market.indexes.byName.find(input.index) === NO_ROW &&
    market.indexes.followersOf(input.index).length === 0
  )
    refuse('malformed', 'there is no such index', { field: '/index' })
  for (const [given, most, field] of [
    [input.intervalSeconds, PROTECTION_INTERVAL_SECONDS_MAX, '/interval_seconds'],
    [input.frozenSeconds, PROTECTION_FROZEN_SECONDS_MAX, '/frozen_seconds'],
  ] as const)
    if (!Number.isInteger(given) || given < 0 || given > most)
      refuse('malformed', `expected 0 to ${most} seconds`, { field })
  for (const [given, field] of [
    [input.quantityLimit, '/quantity_limit'],
    [input.deltaLimit, '/delta_limit'],
  ] as const)
    if (given !== null && given <= 0n) refuse('malformed', 'expected a limit above zero', { field })
  const { quantityLimit, deltaLimit } = input
  if (input.intervalSeconds > 0 && quantityLimit === null && deltaLimit === null)
    refuse('malformed', 'expected a limit of the quantity, or of the delta', { field: '/quantity_limit' })
  if (quantityLimit !== null && deltaLimit !== null && deltaLimit > quantityLimit)
    refuse('malformed', 'expected a delta limit of at most the quantity limit', { field: '/delta_limit' })
}

function changed({ trading: { protections }, now }: TradingContext, row: Row, input: SetProtection): Row {
  protections.intervalSeconds.set(row, input.intervalSeconds)
  protections.frozenSeconds.set(row, input.frozenSeconds)
  protections.quantityLimit.set(row, input.quantityLimit)
  protections.deltaLimit.set(row, input.deltaLimit)
  protections.updatedAt.set(row, now)
  return row
}

function remove(context: TradingContext, row: Row): void {
  cancelProtected(context, row, 'protection_removed')
  recordProtection(context, row, 'removed')
  context.trading.protections.remove(row)
}

export const resetProtection = command({
  name: 'protections.reset',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: { readonly account: AccountId; readonly index: string }) =>
    tradeNeeds(account, 'trade'),
  decide(context, { account, index }) {
    const row = protectionOf(context, account, index)
    if (row === NO_ROW) refuse('not_visible', 'there is no such thing within reach')
    thaw(context, row)
    recordProtection(context, row, 'reset')
    return { protection: context.trading.protections.id(row) }
  },
})
