/** Positions and their ledger. */
import type { Route } from '../call.js'
import { downloadPositionLedger, positionLedger } from './ledger.js'
import { positions, SCOPE } from './positions.js'

export const POSITION_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/positions', scope: SCOPE, answer: positions },
  { method: 'GET', path: '/positions/ledger', scope: SCOPE, limit: 'positionLedger', answer: positionLedger },
  {
    method: 'GET',
    path: '/positions/ledger/download',
    scope: SCOPE,
    limit: 'positionLedgerDownload',
    answer: downloadPositionLedger,
  },
]
