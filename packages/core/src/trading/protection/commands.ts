/** `protections.set` and `protections.reset`: how an account's market making is protected, and going on after it was. */
import type { AccountId } from '../../hierarchy/index.js'
import { command, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { tradeNeeds } from '../access.js'
import { checkPrintable } from '../printable.js'
import type { TradingContext } from '../trading.js'
import {
  PROTECTION_FROZEN_SECONDS_MAX,
  PROTECTION_INTERVAL_SECONDS_MAX,
  PROTECTIONS_OF_ACCOUNT_MAX,
  type ProtectionId,
  QUOTE_GROUP_LENGTH_MAX,
  QUOTE_GROUPS_MAX,
} from './fields.js'
import { cancelProtected, protectionOf, recordProtection, thaw } from './protecting.js'
import { curtail } from './side-limit.js'

export type SetProtection = {
  readonly account: AccountId
  readonly index: string
  /** Of quotes, that are protected under this name apart from all others. */
  readonly group?: string | null
  /** 0 takes the protection away, and the orders that were under it. */
  readonly intervalSeconds: number
  readonly frozenSeconds: number
  readonly quantityLimit: bigint | null
  readonly deltaLimit: bigint | null
  /** What its open orders may come to, on a side of an instrument. */
  readonly sideQuantityMax?: bigint | null
}

export const setProtection = command({
  name: 'protections.set',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: SetProtection) => tradeNeeds(account, 'trade'),
  decide(context, input) {
    check(context, input)
    const { trading, now } = context
    const { account, index, group = null, sideQuantityMax = null } = input
    const known = protectionOf(context, account, index, group)
    if (input.intervalSeconds === 0) {
      if (known !== NO_ROW) remove(context, known)
      return { protection: null }
    }
    if (known === NO_ROW) checkRoom(context, account, group)
    const { intervalSeconds, frozenSeconds, quantityLimit, deltaLimit } = input
    const given = { intervalSeconds, frozenSeconds, quantityLimit, deltaLimit, sideQuantityMax }
    const row =
      known === NO_ROW
        ? trading.protections.insert(context.image.newId<ProtectionId>(), {
            account,
            index,
            group,
            ...given,
            countedFrom: null,
            traded: 0n,
            delta: 0n,
            isFrozen: false,
            frozenUntil: null,
            quotesFrozenUntil: null,
            updatedAt: now,
          })
        : changed(context, known, given)
    curtail(context, row)
    recordProtection(context, row, 'set')
    return { protection: trading.protections.id(row) }
  },
})

/** The name of a group is the account's own, so it stands for one index. */
function checkGroup({ trading }: TradingContext, { account, index, group = null }: SetProtection): void {
  if (group === null) return
  checkPrintable(group, QUOTE_GROUP_LENGTH_MAX, '/group')
  const { protections, protectionsOf } = trading
  const taken = protectionsOf
    .of(account)
    .some((row) => protections.group.get(row) === group && protections.index.get(row) !== index)
  if (taken) refuse('malformed', 'the group is of another index', { field: '/index' })
}

function checkRoom({ trading }: TradingContext, account: AccountId, group: string | null): void {
  const own = trading.protectionsOf.of(account)
  if (own.length >= PROTECTIONS_OF_ACCOUNT_MAX)
    refuse('limit_reached', `an account has at most ${PROTECTIONS_OF_ACCOUNT_MAX} protections`)
  const groups = own.filter((row) => trading.protections.group.get(row) !== null)
  if (group !== null && groups.length >= QUOTE_GROUPS_MAX)
    refuse('limit_reached', `an account has at most ${QUOTE_GROUPS_MAX} groups of quotes`)
}

function check(context: TradingContext, input: SetProtection): void {
  const { market } = context
  checkGroup(context, input)
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
    [input.sideQuantityMax ?? null, '/side_quantity_max'],
  ] as const)
    if (given !== null && given <= 0n) refuse('malformed', 'expected a limit above zero', { field })
  const { quantityLimit, deltaLimit } = input
  if (input.intervalSeconds > 0 && quantityLimit === null && deltaLimit === null)
    refuse('malformed', 'expected a limit of the quantity, or of the delta', { field: '/quantity_limit' })
  if (quantityLimit !== null && deltaLimit !== null && deltaLimit > quantityLimit)
    refuse('malformed', 'expected a delta limit of at most the quantity limit', { field: '/delta_limit' })
}

type Given = Required<
  Pick<
    SetProtection,
    'intervalSeconds' | 'frozenSeconds' | 'quantityLimit' | 'deltaLimit' | 'sideQuantityMax'
  >
>

function changed({ trading: { protections }, now }: TradingContext, row: Row, input: Given): Row {
  protections.intervalSeconds.set(row, input.intervalSeconds)
  protections.frozenSeconds.set(row, input.frozenSeconds)
  protections.quantityLimit.set(row, input.quantityLimit)
  protections.deltaLimit.set(row, input.deltaLimit)
  protections.sideQuantityMax.set(row, input.sideQuantityMax)
  protections.updatedAt.set(row, now)
  return row
}

function remove(context: TradingContext, row: Row): void {
  cancelProtected(context, row, 'protection_removed')
  recordProtection(context, row, 'removed')
  context.trading.protections.remove(row)
}

export type ResetProtection = Pick<SetProtection, 'account' | 'index' | 'group'>

export const resetProtection = command({
  name: 'protections.reset',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: ResetProtection) => tradeNeeds(account, 'trade'),
  decide(context, { account, index, group = null }) {
    const row = protectionOf(context, account, index, group)
    if (row === NO_ROW) refuse('not_visible', 'there is no such thing within reach')
    thaw(context, row)
    recordProtection(context, row, 'reset')
    return { protection: context.trading.protections.id(row) }
  },
})
