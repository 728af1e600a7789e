/**
 * `disconnects.enable` and `disconnects.disable` for a connection or for all that an account will open, and what the
 * server says when one is gone: `disconnects.fire` ends the orders that came over it, a bounded number at a time.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { command, NO_ROW, query, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { tradeNeeds } from '../access.js'
import { cancelOpenOrder } from '../ending.js'
import type { TradingContext } from '../trading.js'
import { checkConnection } from './checking.js'
import { DISCONNECTS_OF_ACCOUNT_MAX, type DisconnectId } from './fields.js'

/** Orders that one command ends. */
const CANCELS_OF_FIRE = 500

export type Disconnecting = {
  readonly account: AccountId
  readonly connection: string | null
}

export const disconnectOf = ({ trading }: TradingContext, { account, connection }: Disconnecting): Row =>
  trading.disconnectsOf.of(account).find((row) => trading.disconnects.connection.get(row) === connection) ??
  NO_ROW

export const enableDisconnect = command({
  name: 'disconnects.enable',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: Disconnecting) => tradeNeeds(account, 'cancel'),
  decide(context, input) {
    checkConnection(input.connection)
    const { trading, image, now } = context
    if (disconnectOf(context, input) !== NO_ROW) return { isEnabled: true }
    if (trading.disconnectsOf.of(input.account).length >= DISCONNECTS_OF_ACCOUNT_MAX)
      refuse(
        'limit_reached',
        `at most ${DISCONNECTS_OF_ACCOUNT_MAX} connections of an account cancel as they end`,
      )
    trading.disconnects.insert(image.newId<DisconnectId>(), { ...input, createdAt: now })
    record(context, input, 'enabled')
    return { isEnabled: true }
  },
})

export const disableDisconnect = command({
  name: 'disconnects.disable',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: Disconnecting) => tradeNeeds(account, 'cancel'),
  decide(context, input) {
    const row = disconnectOf(context, input)
    if (row !== NO_ROW) {
      context.trading.disconnects.remove(row)
      record(context, input, 'disabled')
    }
    return { isEnabled: false }
  },
})

/** Who fires it is the server, which alone knows what is connected. Repeated until nothing is left. */
export const fireDisconnect = command({
  name: 'disconnects.fire',
  scope: 'system',
  needs: () => [],
  decide(context: TradingContext, input: { readonly account: AccountId; readonly connection: string }) {
    const row = disconnectOf(context, input)
    if (row === NO_ROW) return { cancelled: 0, more: false }
    const { orders, ordersOf } = context.trading
    const wanted = ordersOf
      .of(input.account)
      .filter((order) => orders.terms.get(order).connection === input.connection)
      .filter((order) => orders.state.get(order) !== 'pending_cancel')
      .sort((left, right) => orders.id(left) - orders.id(right))
    for (const order of wanted.slice(0, CANCELS_OF_FIRE)) cancelOpenOrder(context, order, 'disconnected')
    const more = wanted.length > CANCELS_OF_FIRE
    if (!more) {
      context.trading.disconnects.remove(row)
      record(context, input, 'fired')
    }
    return { cancelled: Math.min(wanted.length, CANCELS_OF_FIRE), more }
  },
})

function record(
  { hierarchy, emit }: TradingContext,
  input: Disconnecting,
  what: 'enabled' | 'disabled' | 'fired',
): void {
  emit({
    kind: `disconnect.${what}`,
    subject: `acc_${input.account}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(input.account))],
    data: input,
  })
}

export const getDisconnects = query({
  name: 'disconnects.list',
  scope: 'orders:read',
  needs: (_context: TradingContext, { account }: { readonly account: AccountId }) =>
    tradeNeeds(account, 'read'),
  read: ({ trading }, { account }): { readonly items: readonly Disconnecting[] } => ({
    items: trading.disconnectsOf
      .of(account)
      .map((row) => ({ account, connection: trading.disconnects.connection.get(row) }))
      .sort((left, right) => ((left.connection ?? '') < (right.connection ?? '') ? -1 : 1)),
  }),
})

/** Connections that were open when the book was written last: for a server that begins, or takes over. */
export const openDisconnects = ({ trading }: Pick<TradingContext, 'trading'>): readonly Disconnecting[] =>
  trading.disconnects.idsInOrder().flatMap((id) => {
    const row = trading.disconnects.row(id)
    const connection = trading.disconnects.connection.get(row)
    return connection === null ? [] : [{ account: trading.disconnects.account.get(row), connection }]
  })
