/** What happens to the caller's own account: orders, trades, both with positions, and the portfolio. */
import { type Event, EXECUTIONS, type HistoryRow } from '@stemma/core'
import type { Services, Subscription } from '../../services.js'
import { openAccessLog, openLock } from './access-channels.js'
import { accountView } from './account-shown.js'
import type { Caller } from './authentication.js'
import type { Opened, Opening } from './channel.js'
import { CURRENCIES, contracts, SYSTEM } from './instruments.js'
import { contractOf, isFill, isWhich, Ordered, type Which, whichOf } from './market-channels.js'
import { factsOf, orderShown } from './orders.js'
import { shownPositions } from './positions.js'
import { covers } from './scopes.js'
import { summaryOf } from './summary.js'
import { userTradeShown } from './user-trades.js'

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
  const which = mayTrade ? await whichOf(services, rest) : null
  if (which === null) return null
  switch (head) {
    case 'orders':
      return openOrders(opening, caller, which, rest.at(-1) === 'raw')
    case 'trades':
      return openReports(opening, caller, which, isTraded, async ({ row, contract }) => [
        userTradeShown(row, contract),
      ])
    case 'changes':
      return openChanges(opening, caller, which)
    default:
      return null
  }
}

interface Told {
  readonly event: Event
  readonly row: HistoryRow
  readonly contract: NonNullable<Awaited<ReturnType<typeof contractOf>>>
}

const isOrder = (kind: string): boolean => kind.startsWith('order.')
/** A position that was moved is a trade of either account. */
const isTraded = (kind: string): boolean => isFill(kind) || kind === 'trade.moved'

/** Execution reports of the account, each as it is shown. */
async function openReports(
  { services, tell, fail }: Opening,
  { account, authenticated }: Caller,
  which: Which,
  isWanted: (kind: string) => boolean,
  show: (told: Told) => Promise<unknown>,
): Promise<Opened> {
  const shown = new Ordered(fail, async (event: Event) => {
    const [row] = EXECUTIONS.rows(event)
    const contract = await contractOf(services, String(event.data.symbol))
    if (row !== undefined && contract !== null && isWhich(which, contract))
      tell(await show({ event, row, contract }))
  })
  const matches = ({ kind, data }: Event): boolean =>
    isWanted(kind) && (data.order as { readonly account?: unknown } | undefined)?.account === account
  const needs = [{ ability: 'read', target: { account } }] as const
  const deliver = (event: Event): boolean => {
    shown.add(event)
    return true
  }
  const follow = { scope: 'orders:read', needs, matches }
  const answer = await services.host.follow(authenticated.actor, follow, null, deliver, async () => {})
  return answer.kind === 'answer' ? answer.result : null
}

/** Every step of an order; of a group of channels alone, lists. */
function openOrders(opening: Opening, caller: Caller, which: Which, isRaw: boolean): Promise<Opened> {
  return openReports(opening, caller, which, isOrder, async ({ event, contract }) => {
    const order = orderShown(factsOf(event.data.order as HistoryRow), contract)
    return isRaw ? order : [order]
  })
}

function openChanges(opening: Opening, caller: Caller, which: Which): Promise<Opened> {
  return openReports(
    opening,
    caller,
    which,
    (kind) => isOrder(kind) || isTraded(kind),
    async ({ event, row, contract }) => {
      const positions = await shownPositions(opening.services, caller.account, [contract])
      return {
        instrument_name: contract.symbol,
        orders: isOrder(event.kind) ? [orderShown(factsOf(event.data.order as HistoryRow), contract)] : [],
        trades: isTraded(event.kind) ? [userTradeShown(row, contract)] : [],
        positions: positions.map(withoutOrders),
      }
    },
  )
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

/** Work that is done again after it was asked for, however often that was meanwhile. */
class Latest {
  private state: 'idle' | 'running' | 'asked' = 'idle'

  constructor(
    private readonly fail: Opening['fail'],
    private readonly work: () => Promise<void>,
  ) {}

  ask(): void {
    if (this.state === 'idle') this.run().catch(this.fail)
    else this.state = 'asked'
  }

  private async run(): Promise<void> {
    do {
      this.state = 'running'
      await this.work()
    } while (this.isAskedAgain())
    this.state = 'idle'
  }

  private isAskedAgain(): boolean {
    return this.state === 'asked'
  }
}
