/** Reports (section 8). */
import type { Route } from '../call.js'
import { SCOPE } from './asked.js'
import { executionsCsv, ordersCsv, tradesCsv } from './csv.js'
import { searchExecutions } from './executions.js'
import { searchOrders } from './orders.js'
import { tradeStats } from './stats.js'
import { searchTrades } from './trades.js'

const report = (path: string, limit: NonNullable<Route['limit']>, answer: Route['answer']): Route => ({
  method: 'POST',
  path: `/report/${path}`,
  scope: SCOPE,
  limit,
  answer,
})

export const REPORT_ROUTES: readonly Route[] = [
  report('orders/search', 'searchOrders', searchOrders),
  report('executions/search', 'searchExecutions', searchExecutions),
  report('trades/search', 'searchTrades', searchTrades),
  report('orders/csv', 'ordersCsv', ordersCsv),
  report('executions/csv', 'executionsCsv', executionsCsv),
  report('trades/csv', 'tradesCsv', tradesCsv),
  report('trades/stats', 'tradeStats', tradeStats),
]
