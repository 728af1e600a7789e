/** Every method of the surface, by its name. */
import { ACCESS_LOG_METHODS } from './access-log.js'
import { ADDRESS_BOOK_METHODS } from './address-book.js'
import { ANNOUNCEMENT_METHODS } from './announcements.js'
import { API_KEY_METHODS } from './api-keys.js'
import { AUTH_METHODS } from './auth-methods.js'
import type { Method } from './call.js'
import { CANCEL_METHODS } from './cancel-methods.js'
import { CHART_METHODS } from './candles.js'
import { CURRENCY_METHODS } from './currencies.js'
import { DISCONNECT_METHODS } from './disconnect-methods.js'
import { FUNDING_RATE_METHODS } from './funding-rates.js'
import { VOLATILITY_METHODS } from './historical-volatility.js'
import { INSTRUMENT_METHODS } from './instrument-methods.js'
import { MARGIN_METHODS } from './margins.js'
import { MOVE_METHODS } from './moves.js'
import { ORDER_HISTORY_METHODS } from './order-history.js'
import { ORDER_METHODS } from './order-methods.js'
import { PLACE_METHODS } from './place.js'
import { POSITION_METHODS } from './positions.js'
import { PROTECTION_METHODS } from './protection-methods.js'
import { QUOTE_METHODS } from './quote-methods.js'
import { SELF_TRADING_METHODS } from './self-trading.js'
import { SERVER_METHODS } from './server-methods.js'
import { SETTLEMENT_METHODS } from './settlements.js'
import { SOCKET_METHODS } from './socket-methods.js'
import { SUBACCOUNT_LOGIN_METHODS } from './subaccount-logins.js'
import { SUBACCOUNT_METHODS } from './subaccounts.js'
import { SUMMARY_METHODS } from './summary.js'
import { TICKER_METHODS } from './ticker.js'
import { LOG_METHODS } from './transaction-log.js'
import { TRANSFER_METHODS } from './transfers.js'
import { USER_METHODS } from './user-methods.js'
import { TRADE_METHODS } from './user-trades.js'
import { WALLET_METHODS } from './wallet.js'

export const METHODS: ReadonlyMap<string, Method> = new Map(
  [
    ...SERVER_METHODS,
    ...AUTH_METHODS,
    ...API_KEY_METHODS,
    ...ACCESS_LOG_METHODS,
    ...USER_METHODS,
    ...ANNOUNCEMENT_METHODS,
    ...INSTRUMENT_METHODS,
    ...CURRENCY_METHODS,
    ...TICKER_METHODS,
    ...CHART_METHODS,
    ...FUNDING_RATE_METHODS,
    ...VOLATILITY_METHODS,
    ...SUMMARY_METHODS,
    ...POSITION_METHODS,
    ...MOVE_METHODS,
    ...MARGIN_METHODS,
    ...SELF_TRADING_METHODS,
    ...PLACE_METHODS,
    ...ORDER_METHODS,
    ...CANCEL_METHODS,
    ...QUOTE_METHODS,
    ...ORDER_HISTORY_METHODS,
    ...SETTLEMENT_METHODS,
    ...TRADE_METHODS,
    ...SUBACCOUNT_METHODS,
    ...SUBACCOUNT_LOGIN_METHODS,
    ...TRANSFER_METHODS,
    ...WALLET_METHODS,
    ...ADDRESS_BOOK_METHODS,
    ...LOG_METHODS,
    ...SOCKET_METHODS,
    ...DISCONNECT_METHODS,
    ...PROTECTION_METHODS,
  ].map((method) => [method.name, method]),
)
