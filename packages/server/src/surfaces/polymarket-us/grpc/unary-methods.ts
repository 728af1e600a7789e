/** The unary methods beside the routes that answer them. */
import type { ConnectRouter } from '@connectrpc/connect'
import type { Gate } from '../call.js'
import { CASH_MOVEMENTS } from '../cash-movements.js'
import { CashMovementService } from './generated/polymarket/us/cashmovement/v1/cash_movement_pb.js'
import { SettlementService } from './generated/polymarket/us/settlement/v1/settlement_pb.js'
import { AccountsAPI } from './generated/polymarket/v1/accounts_pb.js'
import { FundingAPI } from './generated/polymarket/v1/funding_pb.js'
import { MarketDataAPI } from './generated/polymarket/v1/marketdata_pb.js'
import { PositionAPI } from './generated/polymarket/v1/positions_pb.js'
import { RefDataAPI } from './generated/polymarket/v1/refdata_pb.js'
import { ReportAPI } from './generated/polymarket/v1/report_pb.js'
import { OrderEntryAPI } from './generated/polymarket/v1/trading_pb.js'
import { get, naming, post } from './routes.js'
import { unary } from './unary.js'

type Router = Pick<ConnectRouter, 'rpc'>

export function serveUnary(router: Router, gate: Gate): void {
  serveIdentity(router, gate)
  serveFunding(router, gate)
  serveOrders(router, gate)
  servePositions(router, gate)
  serveReports(router, gate)
  serveReference(router, gate)
}

function serveIdentity(router: Router, gate: Gate): void {
  const { method } = AccountsAPI
  unary(router, gate, method.getWhoAmI, get('/whoami'))
  unary(router, gate, method.listUsers, get('/users'))
  unary(router, gate, method.listAccounts, get('/accounts'))
}

function serveFunding(router: Router, gate: Gate): void {
  const { method } = FundingAPI
  unary(router, gate, method.listFundingSources, get('/funding/sources'))
  unary(router, gate, method.listFundingAccounts, get('/funding/accounts'))
  unary(router, gate, method.listFundingTransactions, get('/funding/transactions'))
  unary(router, gate, method.listTransactionRequirements, get('/funding/transaction-requirements'))
  unary(router, gate, method.getAccountBalanceLedger, get('/funding/balance-ledger'))
  const { method: cash } = CashMovementService
  unary(router, gate, cash.createCashMovement, CASH_MOVEMENTS.create)
  unary(router, gate, cash.getCashMovement, CASH_MOVEMENTS.get)
  unary(router, gate, cash.getFundingAccountBalance, CASH_MOVEMENTS.balance)
}

function serveOrders(router: Router, gate: Gate): void {
  const { method } = OrderEntryAPI
  unary(router, gate, method.insertOrder, post('/trading/orders'))
  unary(router, gate, method.insertOrderList, post('/trading/orders/list'))
  unary(router, gate, method.previewOrder, post('/trading/orders/preview'))
  unary(router, gate, method.cancelReplaceOrder, post('/trading/orders/replace'))
  unary(router, gate, method.cancelReplaceOrderList, post('/trading/orders/replace/list'))
  unary(router, gate, method.cancelOrder, post('/trading/orders/cancel'))
  unary(router, gate, method.cancelOrderList, post('/trading/orders/cancel/list'))
  unary(router, gate, method.insertOrderCross, post('/trading/orders/cross'))
  unary(router, gate, method.getOpenOrders, get('/trading/orders/open'))
}

function servePositions(router: Router, gate: Gate): void {
  const { method } = PositionAPI
  unary(router, gate, method.listAccountPositions, get('/positions'))
  unary(router, gate, method.getAccountBalance, post('/positions/balance'))
  unary(router, gate, method.listAccountBalances, post('/positions/balances'))
  unary(router, gate, method.getAccountPositionLedger, get('/positions/ledger'))
}

function serveReports(router: Router, gate: Gate): void {
  const { method } = ReportAPI
  unary(router, gate, method.getOrder, naming(get('/trading/orders/:id'), 'id', 'orderId'))
  unary(router, gate, method.searchOrders, post('/report/orders/search'))
  unary(router, gate, method.searchExecutions, post('/report/executions/search'))
  unary(router, gate, method.searchTrades, post('/report/trades/search'))
  unary(router, gate, method.getTradeStats, post('/report/trades/stats'))
}

function serveReference(router: Router, gate: Gate): void {
  const { method } = RefDataAPI
  unary(router, gate, method.listInstruments, post('/refdata/instruments'))
  unary(router, gate, method.listSymbols, post('/refdata/symbols'))
  unary(router, gate, method.getInstrumentMetadata, post('/refdata/metadata'))
  const bySymbol = (path: string) => naming(get(path), 'symbol', 'symbol')
  unary(router, gate, MarketDataAPI.method.getOrderBook, bySymbol('/orderbook/:symbol'))
  unary(router, gate, MarketDataAPI.method.getBBO, bySymbol('/orderbook/:symbol/bbo'))
  const { method: settlement } = SettlementService
  unary(router, gate, settlement.getInstrumentSettlement, bySymbol('/instruments/:symbol/settlement'))
}
