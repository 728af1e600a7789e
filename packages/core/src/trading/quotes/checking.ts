/** What stands against a message of quotes as a whole: then none of them is taken. */
import { NO_ROW, type Row } from '../../image/index.js'
import { instrumentRow } from '../../market/index.js'
import { PRICE_MAX, QUANTITY_MAX } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { checkConnection } from '../disconnects/checking.js'
import { type Fault, fault } from '../faults.js'
import { checkPrintable } from '../printable.js'
import { QUOTE_GROUP_LENGTH_MAX } from '../protection/fields.js'
import type { TradingContext } from '../trading.js'
import {
  type PlaceQuotes,
  QUOTE_ID_LENGTH_MAX,
  QUOTES_OF_COMMAND_MAX,
  type QuoteAsked,
  type SideAsked,
} from './fields.js'

/** Refuses what is malformed, or names what is not there. */
export function checkQuotes(
  context: TradingContext,
  { group, quoteId, quotes, connection }: PlaceQuotes,
): void {
  checkPrintable(group, QUOTE_GROUP_LENGTH_MAX, '/group')
  checkPrintable(quoteId, QUOTE_ID_LENGTH_MAX, '/quote_id')
  checkConnection(connection ?? null)
  if (quotes.length < 1 || quotes.length > QUOTES_OF_COMMAND_MAX)
    refuse('malformed', `expected 1 to ${QUOTES_OF_COMMAND_MAX} quotes`, { field: '/quotes' })
  quotes.forEach((quote, at) => {
    checkQuote(context, quote, `/quotes/${at}`)
  })
}

function checkQuote(
  { market }: TradingContext,
  { instrument, quoteSet, bid, ask }: QuoteAsked,
  at: string,
): void {
  instrumentRow(market, instrument)
  if (quoteSet !== null) checkPrintable(quoteSet, QUOTE_ID_LENGTH_MAX, `${at}/quote_set`)
  if (bid === null && ask === null)
    refuse('malformed', 'expected a bid, an ask, or both', { field: `${at}/bid` })
  if (bid !== null) checkSide(bid, `${at}/bid`)
  if (ask !== null) checkSide(ask, `${at}/ask`)
}

function checkSide({ price, quantity, postOnly, reprices }: SideAsked, at: string): void {
  if (price === null && quantity === null)
    refuse('malformed', 'expected a price, a quantity, or both', { field: `${at}/price` })
  if (price !== null && (price < 0n || price > PRICE_MAX))
    refuse('malformed', 'expected a price of at least zero', { field: `${at}/price` })
  if (quantity !== null && (quantity < 0n || quantity > QUANTITY_MAX))
    refuse('malformed', 'expected a quantity that an order can have, or none', { field: `${at}/quantity` })
  if (reprices && !postOnly)
    refuse('malformed', 'only a post-only order is priced anew', { field: `${at}/reprices` })
}

/** The group of an account, by its name alone. */
const groupOf = (
  { trading: { protections, protectionsOf } }: TradingContext,
  { account, group }: Pick<PlaceQuotes, 'account' | 'group'>,
): Row => protectionsOf.of(account).find((row) => protections.group.get(row) === group) ?? NO_ROW

/** Whether the account may quote now, and under that group. */
export function quotesFault(context: TradingContext, asked: PlaceQuotes): Fault | null {
  const { settings, trading, now } = context
  if (!settings.effective('orders.quotes', asked.account, now))
    return fault('quotes_disabled', 'the account may not quote')
  const row = groupOf(context, asked)
  if (row === NO_ROW) return fault('protection_missing', 'the account has no group of quotes of that name')
  const until = trading.protections.quotesFrozenUntil.get(row)
  if (until !== null && now < until)
    return fault('quotes_frozen', 'a cancel asked that no quote be taken for a second')
  if (trading.protections.isFrozen.get(row))
    return fault('protection_frozen', 'market-maker protection was triggered, and is not over')
  checkFollows(context, row, asked)
  return null
}

/** Instruments of a group follow its index. */
function checkFollows({ market, trading }: TradingContext, group: Row, { quotes }: PlaceQuotes): void {
  const index = trading.protections.index.get(group)
  quotes.forEach(({ instrument }, at) => {
    if (market.instruments.derivative.get(market.instruments.row(instrument))?.index !== index)
      refuse('malformed', `expected an instrument that follows ${index}, as the group does`, {
        field: `/quotes/${at}/instrument`,
      })
  })
}
