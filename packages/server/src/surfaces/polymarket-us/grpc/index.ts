/** The gRPC door of the surface: the services that are served, method by method, each as the REST answers it. */
import type { GrpcServer } from '../../../grpc/index.js'
import type { Gate } from '../call.js'
import { health } from '../health.js'
import { balanceLedger } from './balance-ledger.js'
import { toConnectError } from './errors.js'
import { fundingTransactions } from './funding-transactions.js'
import { FundingAPI } from './generated/polymarket/v1/funding_pb.js'
import { HealthAPI, HealthCheckResponseSchema } from './generated/polymarket/v1/health_pb.js'
import { addressOf, messageOf } from './messages.js'
import { StreamPlaces } from './stream-places.js'
import { serverStream } from './streams.js'
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
}
