/** `orders.quote`: a market maker's quotes in many instruments, each side as it shall stand from now on. */
import { command } from '../../image/index.js'
import { tradeNeeds } from '../access.js'
import { refuseFor } from '../faults.js'
import { TradingSession } from '../session.js'
import type { TradingContext } from '../trading.js'
import { checkQuotes, quotesFault } from './checking.js'
import type { PlaceQuotes } from './fields.js'
import { settleQuote } from './quoting.js'

export const placeQuotes = command({
  name: 'orders.quote',
  scope: 'orders:write',
  needs: (_context: TradingContext, { account }: PlaceQuotes) => tradeNeeds(account, 'trade'),
  decide(context, message) {
    checkQuotes(context, message)
    const found = quotesFault(context, message)
    if (found !== null) refuseFor(found)
    const session = new TradingSession()
    return { sides: message.quotes.flatMap((quote) => settleQuote(context, session, message, quote)) }
  },
})
