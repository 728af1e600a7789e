/** What happens to the caller's own account: orders, trades, both with positions, and the portfolio. */
import { type Event, EXECUTIONS, type HistoryRow } from '@stemma/core'
import type { Services, Subscription } from '../../services.js'
import { openAccessLog, openLock } from './access-channels.js'
import { accountView } from './account-shown.js'
import type { Caller } from './authentication.js'
import type { Opened, Opening } from './channel.js'
import { type Contract, CURRENCIES, contracts, isSpot, SYSTEM } from './instruments.js'
import { factsOf, type OrderFacts, orderShown } from './orders.js'
import { INTERVAL_MILLISECONDS, type Interval, Latest, Ordered, Pace } from './pace.js'
import { shownPosition, shownPositions } from './positions.js'
import { frozenShown, protectionNamed } from './protection-methods.js'
import { covers } from './scopes.js'
import { summaryOf } from './summary.js'
import { userTradeShown } from './trades.js'
import { isFill, stopping } from './watching.js'
import { contractOf, isWhich, type Which, whichOf } from './which.js'

export async function openUserChannel(opening: Opening): Promise<Opened> {
  const { caller, parts, services } = opening
  const [, head, ...rest] = parts
  if (caller === null) return null
  const mayTrade = covers(caller.scopes, 'trade:read')
  if (head === 'portfolio' && rest.length === 1)
    return mayTrade || covers(caller.scopes, 'account:read')
      ? openPortfolio(opening, caller, rest[0] ?? '')
      : null
  if (head === 'access_log' && rest.length === 0) return openAccessLog(opening, caller)
  if (head === 'lock' && rest.length === 0) return openLock(opening, caller)
  if (head === 'mmp_trigger' && rest.length === 1)
    return mayTrade ? openProtection(opening, caller, rest[0] ?? '') : null
  const which = mayTrade ? await whichOf(services, rest) : null
  if (which === null) return null
  const own = { opening, caller, which, interval: rest.at(-1) as Interval }
  switch (head) {
    case 'orders':
      return openOrders(own)
    case 'trades':
      return openTrades(own)
    case 'changes':
      return openChanges(own)
    default:
      return null
  }
}

interface Own {
  readonly opening: Opening
  readonly caller: Caller
  readonly which: Which
  readonly interval: Interval
}

interface Told {
  readonly event: Event
  readonly row: HistoryRow
  readonly contract: Contract
}

/** Execution reports of the account, those of a window together. */
async function openReports(
  { opening, caller: { account, authenticated }, which, interval }: Own,
  isWanted: (kind: string) => boolean,
  deliver: (told: readonly Told[]) => void,
): Promise<Opened> {
  const { services, fail } = opening
  const pace = new Pace<Told>(services.timer, INTERVAL_MILLISECONDS[interval], fail, deliver)
  const shown = new Ordered(fail, async (event: Event) => {
    const [row] = EXECUTIONS.rows(event)
    const contract = await contractOf(services, String(event.data.symbol))
    if (row !== undefined && contract !== null && isWhich(which, contract)) pace.add({ event, row, contract })
  })
  const matches = ({ kind, data }: Event): boolean =>
    isWanted(kind) && (data.order as { readonly account?: unknown } | undefined)?.account === account
  const needs = [{ ability: 'read', target: { account } }] as const
  const told = (event: Event): boolean => {
    shown.add(event)
    return true
  }
  const follow = { scope: 'orders:read', needs, matches }
  const answer = await services.host.follow(authenticated.actor, follow, null, told, async () => {})
  return stopping(answer.kind === 'answer' ? answer.result : null, pace)
}

const isOrder = (kind: string): boolean => kind.startsWith('order.')
/** A position that was moved is a trade of either account. */
const isTraded = (kind: string): boolean => isFill(kind) || kind === 'trade.moved'

/** The order of a report, and why it ended. */
const factsIn = ({ data }: Event): OrderFacts =>
  factsOf({ ...(data.order as HistoryRow), reason: data.reason ?? data.unsolicited ?? null })

const orderTold = ({ event, contract }: Told) => orderShown(factsIn(event), contract)

/** Each order as it stood last in the window. */
function ordersTold(told: readonly Told[]): readonly unknown[] {
  const latest = new Map<unknown, Told>()
  for (const each of told) if (isOrder(each.event.kind)) latest.set(each.row.order, each)
  return [...latest.values()].map(orderTold)
}

const tradesTold = (told: readonly Told[]): readonly unknown[] =>
  told.filter(({ event }) => isTraded(event.kind)).map(({ row, contract }) => userTradeShown(row, contract))

/** Every step of an order alone; of a window, a list. */
const openOrders = (own: Own): Promise<Opened> =>
  openReports(own, isOrder, (told) => {
    if (own.interval !== 'raw') own.opening.tell(ordersTold(told))
    else for (const each of told) own.opening.tell(orderTold(each))
  })

const openTrades = (own: Own): Promise<Opened> =>
  openReports(own, isTraded, (told) => own.opening.tell(tradesTold(told)))

/** Whenever the account's market-maker protection of an index was triggered. */
async function openProtection({ services, tell }: Opening, caller: Caller, index: string): Promise<Opened> {
  const { account, authenticated } = caller
  const matches = ({ kind, data }: Event): boolean =>
    kind === 'protection.triggered' && data.account === account && (index === 'any' || data.index === index)
  const deliver = ({ data }: Event): boolean => {
    const {
      index: name,
      group,
      frozenUntil,
    } = data as {
      readonly index: string
      readonly group: string | null
      readonly frozenUntil: number | null
    }
    tell({ ...protectionNamed({ index: name, group }), frozen_until: frozenShown(frozenUntil) })
    return true
  }
  const needs = [{ ability: 'read', target: { account } }] as const
  const follow = { scope: 'orders:read', needs, matches }
  const answer = await services.host.follow(authenticated.actor, follow, null, deliver, async () => {})
  return answer.kind === 'answer' ? answer.result : null
}

/** By instrument: what became of its orders, what was traded, and where the position stands. */
function openChanges(own: Own): Promise<Opened> {
  const { opening, caller } = own
  const shown = new Ordered(opening.fail, async (told: readonly Told[]) => {
    for (const [contract, of] of byContract(told)) {
      const positions = await positionsTold(opening.services, caller, contract, of)
      opening.tell({
        instrument_name: contract.symbol,
        orders: ordersTold(of),
        trades: tradesTold(of),
        positions: positions.map(withoutOrders),
      })
    }
  })
  return openReports(
    own,
    (kind) => isOrder(kind) || isTraded(kind),
    (told) => shown.add(told),
  )
}

/** A trade that closes a position tells that it is flat; an order alone tells of what is open. */
async function positionsTold(
  services: Services,
  { account }: Caller,
  contract: Contract,
  told: readonly Told[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const hasTraded = told.some(({ event }) => isTraded(event.kind))
  return hasTraded && !isSpot(contract)
    ? [await shownPosition(services, account, contract)]
    : shownPositions(services, account, [contract])
}

function byContract(told: readonly Told[]): readonly (readonly [Contract, readonly Told[]])[] {
  const found = new Map<number, [Contract, Told[]]>()
  for (const each of told) {
    const known = found.get(each.contract.id)
    if (known === undefined) found.set(each.contract.id, [each.contract, [each]])
    else known[1].push(each)
  }
  return [...found.values()]
}

function withoutOrders(position: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { open_orders_margin: _margin, estimated_liquidation_price: _price, ...rest } = position
  return rest
}

/** The summary of a currency, at once and whenever it has changed: by an event of the account, or by prices. */
async function openPortfolio(opening: Opening, caller: Caller, named: string): Promise<Opened> {
  const { services, tell, fail } = opening
  const code = named.toUpperCase()
  const currencies = code === 'ANY' ? CURRENCIES : CURRENCIES.filter((currency) => currency === code)
  if (currencies.length === 0) return null
  const told = new Map<string, string>()
  const refresh = new Latest(fail, async () => {
    const [view, all] = [await accountView(services, caller.account), await contracts(services)]
    for (const currency of currencies) {
      const summary = await summaryOf(services, view, currency, all, caller.orderRateTier)
      const text = JSON.stringify(summary)
      if (told.get(currency) === text) continue
      told.set(currency, text)
      tell(summary)
    }
  })
  const own = await followAccount(services, caller, () => refresh.ask())
  if (own === null) return null
  const market = await services.host.watchMarket(
    SYSTEM,
    'marketdata:read',
    { instruments: 'all', depth: 1 },
    () => {
      refresh.ask()
      return true
    },
  )
  if (market.kind === 'refused') return null
  void own.closed.then(() => market.result.close())
  refresh.ask()
  return own
}

/** Whatever moves money or contracts of the account. */
async function followAccount(
  { host }: Services,
  { account, authenticated }: Caller,
  tell: () => void,
): Promise<Subscription | null> {
  const isOfAccount = ({ data }: Event): boolean =>
    [data.account, data.from, data.to].includes(account) ||
    (data.order as { readonly account?: unknown } | undefined)?.account === account ||
    ((data.entries ?? []) as readonly { readonly account?: unknown }[]).some(
      (entry) => entry.account === account,
    )
  const needs = [{ ability: 'read', target: { account } }] as const
  const follow = { scope: 'balances:read', needs, matches: isOfAccount }
  const deliver = (): boolean => {
    tell()
    return true
  }
  const answer = await host.follow(authenticated.actor, follow, null, deliver, async () => {})
  return answer.kind === 'answer' ? answer.result : null
}
