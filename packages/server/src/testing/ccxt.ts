/**
 * The client library of the crypto venue, with its address changed. In a file of its own, because loading its hundred
 * other venues takes longer than most tests. Not exported.
 */
import ccxt from 'ccxt'
import type { Key } from './crypto-desk.js'

type Rest = InstanceType<typeof ccxt.deribit>
type Pro = InstanceType<typeof ccxt.pro.deribit>

/** The client library as anybody has it, with its address changed. */
export const ccxtOf = (url: string, { clientId, clientSecret }: Key): Rest =>
  new ccxt.deribit({ ...settings(url), apiKey: clientId, secret: clientSecret })
export const ccxtProOf = (url: string, { clientId, clientSecret }: Key): Pro =>
  new ccxt.pro.deribit({ ...settings(url), apiKey: clientId, secret: clientSecret })

const settings = (url: string) => ({
  urls: { api: { rest: url, ws: `${url.replace('http', 'ws')}/ws/api/v2` } },
  enableRateLimit: false,
})
