/** The trading routes of the venue (section 4.1). */
import type { Route } from '../call.js'
import { cancel, cancelList, replace, replaceList } from './change.js'
import { insert, insertCross, insertList, preview } from './insert.js'
import { openOrders, orderById, SCOPE as READ } from './open-orders.js'

const write = (path: string, limit: NonNullable<Route['limit']>, answer: Route['answer']): Route => ({
  method: 'POST',
  path: `/trading/orders${path}`,
  scope: 'orders:write',
  limit,
  answer,
})

export const TRADING_ROUTES: readonly Route[] = [
  write('', 'insertOrder', insert),
  write('/list', 'insertOrderList', insertList),
  write('/replace', 'replaceOrder', replace),
  write('/replace/list', 'replaceOrderList', replaceList),
  write('/cancel', 'cancelOrder', cancel),
  write('/cancel/list', 'cancelOrderList', cancelList),
  write('/cross', 'insertOrderCross', insertCross),
  { method: 'POST', path: '/trading/orders/preview', scope: READ, answer: preview },
  { method: 'GET', path: '/trading/orders/open', scope: READ, answer: openOrders },
  { method: 'GET', path: '/trading/orders/:id', scope: READ, answer: orderById },
]
