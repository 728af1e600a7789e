/** The access log of the caller's own account, newest first (section 3.7). */
import { ACCESS_LOG, type HistoryRow, type Instant, toMilliseconds } from '@stemma/core'
import { accountRead, type Method, type PrivateCall } from './call.js'

const COUNT_DEFAULT = 10
export const ACCESS_LOG_COUNT_MAX = 1_000

/** Both names of the result: documents and samples differ. Where an address lies is not known. */
export function accessEntryShown({ number, time, result, address, about }: HistoryRow) {
  return {
    id: Number(number),
    timestamp: toMilliseconds(Number(time) as Instant),
    result,
    log: result,
    ip: address ?? '',
    country: '',
    city: '',
    data: about ?? null,
  }
}

async function accessLog(call: PrivateCall): Promise<unknown> {
  const { host, params } = call
  const equals = { account: accountRead(call) }
  const offset = params.count('offset', 0, Number.MAX_SAFE_INTEGER, 0)
  const count = params.count('count', COUNT_DEFAULT, ACCESS_LOG_COUNT_MAX)
  const newest = { equals, newestFirst: true, limit: 1 }
  const [last] = await host.history(ACCESS_LOG.name, newest)
  const total = Number(last?.number ?? 0)
  const highest = total - offset
  const rows =
    highest < 1
      ? []
      : await host.history(ACCESS_LOG.name, { ...newest, to: { number: highest }, limit: count })
  return { records_total: total, data: rows.map(accessEntryShown) }
}

export const ACCESS_LOG_METHODS: readonly Method[] = [
  { name: 'private/get_access_log', kind: 'private', scope: 'account:read', answer: accessLog },
]
