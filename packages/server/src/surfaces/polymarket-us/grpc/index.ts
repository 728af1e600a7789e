/** The gRPC door of the surface: the services that are served, method by method, each as the REST answers it. */
import type { GrpcServer } from '../../../grpc/index.js'
import type { Gate } from '../call.js'
import { health } from '../health.js'
import { balanceLedger } from './balance-ledger.js'
import { dropCopy } from './drop-copy.js'
import { toConnectError } from './errors.js'
import { fundingTransactions } from './funding-transactions.js'
import { DropCopyAPI } from './generated/polymarket/v1/dropcopy_pb.js'
import { FundingAPI } from './generated/polymarket/v1/funding_pb.js'
import { HealthAPI, HealthCheckResponseSchema } from './generated/polymarket/v1/health_pb.js'
import { MarketDataSubscriptionAPI } from './generated/polymarket/v1/marketdatasubscription_pb.js'
import { OrderEntryAPI } from './generated/polymarket/v1/trading_pb.js'
import { instrumentStates } from './instrument-states.js'
import { marketData, marketDataBothWays } from './market-data.js'
import { addressOf, messageOf } from './messages.js'
import { orderUpdates } from './order-updates.js'
import { positionChanges } from './position-changes.js'
import { StreamPlaces } from './stream-places.js'
import { biDiMarketStream, serverMarketStream, serverStream } from './streams.js'
import { tradeCapture } from './trade-capture.js'
import { serveUnary } from './unary-methods.js'

export function serveGrpc(grpc: GrpcServer, gate: Gate): void {
  const { routes: router } = grpc
  const streams = { grpc, gate, places: new StreamPlaces() }

  router.rpc(HealthAPI.method.check, (_request, { values }) => {
    try {
      return messageOf(HealthCheckResponseSchema, health(gate, addressOf(values)))
    } catch (thrown) {
      throw toConnectError(thrown, gate.services.log)
    }
  })

  serveUnary(router, gate)

  serverStream(router, streams, FundingAPI.method.createBalanceLedgerSubscription, balanceLedger)
  serverStream(router, streams, FundingAPI.method.createFundingTransactionSubscription, fundingTransactions)

  serverStream(router, streams, OrderEntryAPI.method.createOrderSubscription, orderUpdates)
  const copies = DropCopyAPI.method
  serverStream(router, streams, copies.createDropCopySubscription, dropCopy)
  serverStream(router, streams, copies.createTradeCaptureReportSubscription, tradeCapture)
  serverStream(router, streams, copies.createPositionChangeSubscription, positionChanges)
  serverStream(router, streams, copies.createInstrumentStateChangeSubscription, instrumentStates)
  const market = MarketDataSubscriptionAPI.method
  serverMarketStream(router, streams, market.createMarketDataSubscription, marketData)
  biDiMarketStream(router, streams, market.biDirectionalStreamMarketData, marketDataBothWays)
}
