/** `protections.list`: how an account's market making is protected, and what is frozen now. */
import type { AccountId } from '../../hierarchy/index.js'
import { query, type Values } from '../../image/index.js'
import { tradeNeeds } from '../access.js'
import type { TradingContext } from '../trading.js'
import type { ProtectionId, protectionFields } from './fields.js'
import { protectionTold } from './protecting.js'

export type ProtectionView = Values<typeof protectionFields> & { readonly id: ProtectionId }

export const listProtections = query({
  name: 'protections.list',
  scope: 'orders:read',
  needs: (_context: TradingContext, { account }: { readonly account: AccountId }) =>
    tradeNeeds(account, 'read'),
  /** In order of their indexes, that of orders before the groups of quotes. */
  read: (context, { account }): { readonly items: readonly ProtectionView[] } => ({
    items: context.trading.protectionsOf
      .of(account)
      .map((row) => protectionTold(context, row))
      .sort(byIndex),
  }),
})

function byIndex(left: ProtectionView, right: ProtectionView): number {
  if (left.index !== right.index) return left.index < right.index ? -1 : 1
  return (left.group ?? '') < (right.group ?? '') ? -1 : 1
}
