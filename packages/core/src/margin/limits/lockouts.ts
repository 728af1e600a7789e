/**
 * Lock-outs: a node that has lost more in the business day than a limit allows may only reduce from then on. Resting
 * orders that would increase are cancelled, step by step where there are many. A lock stands until whoever administers
 * the node that set the limit lifts it, or until the business date turns where the limit says so.
 */
import type { AccountId, Hierarchy, PartyId } from '../../hierarchy/index.js'
import { after, type Id, type Instant, NO_ROW, type Row, STEP_PAUSE } from '../../image/index.js'
import { businessDateOf, endOfBusinessDay } from '../../ledger/index.js'
import { type Amount, amount, type CurrencyCode, ZERO } from '../../money/index.js'
import { cancelOpenOrder, type OrderId } from '../../trading/index.js'
import type { LimitsContext } from './context.js'
import type { LossLockoutId, NodeId } from './fields.js'
import { accountsOfNode, isBeneath, nodesAbove } from './way-up.js'

/** Orders that one step cancels, and accounts that it looks at. */
const CANCELS_OF_STEP = 250
const ACCOUNTS_OF_STEP = 2_500

/** After the figures of these accounts changed: whether a node above them has lost more than it may. */
export function checkLosses(context: LimitsContext, accounts: readonly AccountId[]): void {
  const { margin, hierarchy } = context
  if (accounts.length === 0 || margin.limits.table.size === 0) return
  const nodes = new Set<NodeId>()
  for (const account of accounts) for (const node of nodesAbove(hierarchy, account)) nodes.add(node)
  for (const node of nodes) checkLossesOf(context, node)
}

export function checkLossesOf(context: LimitsContext, node: NodeId): void {
  const { table, ofNode } = context.margin.limits
  for (const row of ofNode.of(node)) {
    const allowed = table.dailyLoss.get(row)
    if (allowed === null) continue
    const known = lockoutFor(context, row)
    if (known !== NO_ROW && context.margin.limits.lockouts.state.get(known) === 'locked') continue
    const loss = lossOf(context, node, table.currency.get(row) as CurrencyCode)
    const forgiven = known === NO_ROW ? ZERO : context.margin.limits.lockouts.forgiven.get(known)
    if (loss - forgiven > allowed) lock(context, row, known, loss)
  }
}

/** What a node has lost in the business day of this moment; below zero it has made something. */
export const lossOf = ({ margin, now }: LimitsContext, node: NodeId, currency: CurrencyCode): Amount =>
  amount(-margin.limits.dayResults.sum(node, currency, businessDateOf(now)))

function lockoutFor({ margin }: LimitsContext, limit: Row): Row {
  const { table, lockouts, lockoutsOf } = margin.limits
  return (
    lockoutsOf.of(table.node.get(limit)).find((row) => lockouts.limit.get(row) === table.id(limit)) ?? NO_ROW
  )
}

function lock(context: LimitsContext, limit: Row, known: Row, loss: Amount): void {
  const { margin, image, now, horizon } = context
  const { table, lockouts } = margin.limits
  if (known !== NO_ROW) lockouts.remove(known)
  const id = image.newId<LossLockoutId>()
  const row = lockouts.insert(id, {
    node: table.node.get(limit),
    authority: table.authority.get(limit),
    limit: table.id(limit),
    currency: table.currency.get(limit),
    allowed: table.dailyLoss.get(limit) ?? ZERO,
    loss,
    state: 'locked',
    forgiven: ZERO,
    lockedAt: now,
    until: table.liftsDaily.get(limit) ? endOfBusinessDay(now) : null,
    cursor: null,
    nextStepAt: after(horizon, STEP_PAUSE),
  })
  record(context, row, 'locked')
  cancelIncreasing(context, row)
}

/** Cancels a step's worth of what would increase, account by account, and says whether more is left for the next step. */
function cancelIncreasing(context: LimitsContext, lockout: Row): void {
  const { hierarchy, trading, horizon } = context
  const { lockouts } = context.margin.limits
  const node = lockouts.node.get(lockout)
  let [accounts, cancels] = [0, 0]
  for (const account of accountsBehind(hierarchy, node, lockouts.cursor.get(lockout))) {
    const isMeant = !trading.ordersOf.isEmpty(account) && isBeneath(hierarchy, account, node)
    const orders = isMeant ? increasingOf(trading, account) : []
    const ended = orders.slice(0, CANCELS_OF_STEP - cancels)
    for (const order of ended) cancelOpenOrder(context, trading.orders.row(order), 'loss_limit')
    accounts += 1
    cancels += ended.length
    if (ended.length === orders.length) lockouts.cursor.set(lockout, account)
    if (ended.length < orders.length || accounts === ACCOUNTS_OF_STEP) {
      lockouts.nextStepAt.set(lockout, after(horizon, STEP_PAUSE))
      return
    }
  }
  lockouts.nextStepAt.set(lockout, null)
}

/** Accounts that may be of the node, in order of ids: all of the book where it is a party, of which `isBeneath` says. */
function accountsBehind(hierarchy: Hierarchy, node: NodeId, cursor: AccountId | null): Iterable<AccountId> {
  if (hierarchy.parties.has(node as PartyId)) return hierarchy.accountIds.after(cursor)
  return accountsOfNode(hierarchy, node)
    .filter((account) => account > (cursor ?? 0))
    .sort((left, right) => left - right)
}

/** Of the orders on the side that closes, what came first may stay as far as the position goes. */
function increasingOf(trading: LimitsContext['trading'], account: AccountId): OrderId[] {
  const { orders, ordersOf } = trading
  const left = new Map<Id, bigint>()
  return ordersOf
    .of(account)
    .filter((row) => {
      if (orders.state.get(row) === 'pending_cancel') return false
      const instrument = orders.instrument.get(row)
      const held = trading.held(account, instrument)
      const closes = orders.side.get(row) === 'buy' ? held < 0n : held > 0n
      const room = left.get(instrument) ?? (held < 0n ? -held : held)
      const open = trading.openOrders.countedFor(row)?.quantity ?? 0n
      if (!closes || open > room) return true
      left.set(instrument, room - open)
      return false
    })
    .map((row) => orders.id(row))
}

/** What is due at a lock: the next orders to cancel, or its end. */
export function stepLockout(context: LimitsContext, id: Id): void {
  const { lockouts } = context.margin.limits
  const row = lockouts.row(id as LossLockoutId)
  const until = lockouts.until.get(row)
  if (until === null || until > context.now) cancelIncreasing(context, row)
  else {
    if (lockouts.state.get(row) === 'locked') record(context, row, 'lifted')
    lockouts.remove(row)
  }
}

/** Lifts a lock within its day: what is lost from now on counts against the limit anew. */
export function liftLockout(context: LimitsContext, row: Row): void {
  const { lockouts } = context.margin.limits
  const until: Instant = endOfBusinessDay(context.now)
  lockouts.forgiven.set(
    row,
    lossOf(context, lockouts.node.get(row), lockouts.currency.get(row) as CurrencyCode),
  )
  lockouts.state.set(row, 'lifted')
  lockouts.until.set(row, until)
  lockouts.nextStepAt.set(row, null)
  record(context, row, 'lifted')
}

function record({ margin, hierarchy, emit }: LimitsContext, row: Row, happened: 'locked' | 'lifted'): void {
  const { lockouts } = margin.limits
  const { node, limit, currency, allowed, loss } = lockouts.read(row)
  emit({
    kind: `loss_lockout.${happened}`,
    subject: `llo_${lockouts.id(row)}`,
    paths: [hierarchy.pathOfNode(node)],
    data: { node: hierarchy.nameOfNode(node), limit: `rlm_${limit}`, currency, allowed, loss },
  })
}
