/** Reference data and public prices. */
import type { Route } from '../call.js'
import { bbo, orderBook, settlement } from './books.js'
import { instruments, metadata, SCOPE, symbols } from './instruments.js'

const PRICES = 'marketdata:read'

export const REFERENCE_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/refdata/symbols', scope: SCOPE, limit: 'listSymbols', answer: symbols },
  {
    method: 'POST',
    path: '/refdata/instruments',
    scope: SCOPE,
    limit: 'listInstruments',
    answer: instruments,
  },
  { method: 'POST', path: '/refdata/metadata', scope: SCOPE, answer: metadata },
  {
    method: 'GET',
    path: '/orderbook/:symbol',
    scope: 'l2marketdata:read',
    limit: 'orderBook',
    answer: orderBook,
  },
  { method: 'GET', path: '/orderbook/:symbol/bbo', scope: PRICES, limit: 'bbo', answer: bbo },
  {
    method: 'GET',
    path: '/instruments/:symbol/settlement',
    scope: PRICES,
    limit: 'settlement',
    answer: settlement,
  },
]
