// An outside venue, with nothing but Node: orders of the instruments that name it come in as signed, numbered messages,
// trade against a counterparty that this program makes up, and what becomes of them goes back as numbered reports.
// docs/coding/outside-venue.md explains the protocol.
//
//   VENUE=ven_12 VENUE_SECRET=whsec_... STEMMA_API_KEY=sk_... node examples/outside-venue.mjs
//
// STEMMA_URL (default http://127.0.0.1:4000) says where the server is, VENUE_PORT (default 4100) where messages come in,
// VENUE_JOURNAL (default ./venue.journal) where everything is kept, VENUE_PACE (default 200) how many milliseconds lie
// between two offers of the counterparty, and VENUE_SEED what its luck begins with.
//
// It may be killed at any moment. Its journal is the truth: whatever a message causes is one line there, on the disk
// before the message is answered, so that a message is taken once and its reports keep their numbers. Where reporting
// goes on is asked of the server.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'

const env = process.env
const needed = (name) => {
  if (!env[name]) throw new Error(`expected the environment variable ${name}`)
  return env[name]
}
const VENUE = needed('VENUE')
const KEY = Buffer.from(needed('VENUE_SECRET').replace('whsec_', ''), 'base64')
const API = `${env.STEMMA_URL ?? 'http://127.0.0.1:4000'}/stemma/v1/venues/${VENUE}`
const API_KEY = needed('STEMMA_API_KEY')
const PACE = Number(env.VENUE_PACE ?? 200)
const BODY_MAX = 64 * 1024
const SKEW_SECONDS_MAX = 300
const ANSWER_WITHIN = 5_000
const FEE = '0.02'
const PRICE_DIGITS = 6
const CENT = 10_000n

/** Decimal text as a whole number of 10^-digits, and back: money is never a floating-point number. */
const toUnits = (text, digits) => {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  return BigInt(sign + whole + part.padEnd(digits, '0').slice(0, digits))
}
const toText = (units, digits) => {
  const written = String(units).padStart(digits + 1, '0')
  return digits === 0 ? written : `${written.slice(0, -digits)}.${written.slice(-digits)}`
}

// ---- The book: what the journal says so far. `apply` is the only place that changes it.

/** Open orders by id: { scale, side, price, quantity, filled }. */
const open = new Map()
/** Reports by number, from one on. */
const reports = []
let taken = 0

function apply({ message, told }) {
  if (message !== undefined) taken = message.number
  for (const report of told) {
    reports.push(report)
    const { kind, order: id, quantity } = report
    const order = open.get(id)
    if (kind === 'accepted') open.set(id, orderOf(message, 0n))
    if (kind === 'replaced') open.set(id, orderOf(message, order.filled))
    if (kind === 'filled') order.filled += toUnits(quantity, order.scale)
    if (kind === 'cancelled' || (kind === 'filled' && order.filled === order.quantity)) open.delete(id)
  }
}

const orderOf = ({ side, price, quantity, quantity_scale: scale }, filled) => ({
  scale,
  side,
  filled,
  price: toUnits(price, PRICE_DIGITS),
  quantity: toUnits(quantity, scale),
})

// ---- The journal: one line for each step, written and on the disk before anybody hears of it.

const journal = openSync(env.VENUE_JOURNAL ?? 'venue.journal', 'a+')
const written = readFileSync(journal, 'utf8')
// A crash may have cut the last line short: nobody has heard of it.
const whole = written.slice(0, written.lastIndexOf('\n') + 1)
ftruncateSync(journal, Buffer.byteLength(whole))
for (const line of whole.split('\n').slice(0, -1)) apply(JSON.parse(line))

function keep(message, told) {
  const first = reports.length + 1
  const step = { message, told: told.map((report, at) => ({ number: first + at, ...report })) }
  writeSync(journal, `${JSON.stringify(step)}\n`)
  fsyncSync(journal)
  apply(step)
  reportSoon()
}

// ---- What messages do.

/** Luck: xorshift, so that a run can be told again by its seed. */
let state = (Number(env.VENUE_SEED ?? Date.now()) + reports.length + 1) >>> 0 || 1
const luck = (most) => {
  state ^= state << 13
  state ^= state >>> 17
  state = (state ^ (state << 5)) >>> 0
  return state % most
}

function answerTo(message) {
  const { action, order } = message
  const held = open.get(order)
  const say = (kind, text) => [{ kind, order, ...(text === undefined ? {} : { text }) }]
  if (action === 'place') {
    const rests = message.type === 'limit' && ['day', 'gtc', 'gtd'].includes(message.time_in_force)
    if (!rests) return say('rejected', 'this venue takes limit orders that rest')
    return luck(20) === 0 ? say('rejected', 'the counterparty is not interested') : say('accepted')
  }
  if (action === 'cancel') return held === undefined ? say('cancel_rejected', 'not open') : say('cancelled')
  if (held === undefined) return say('replace_rejected', 'not open')
  if (toUnits(message.quantity, held.scale) <= held.filled) return say('replace_rejected', 'filled already')
  return luck(10) === 0 ? say('replace_rejected', 'the counterparty moved on') : say('replaced')
}

/** The counterparty trades with one open order: a part of it or all, at its limit or up to three cents better. */
function trade() {
  if (open.size === 0) return
  const [order, { scale, side, price, quantity, filled }] = [...open][luck(open.size)]
  const left = quantity - filled
  const part = luck(2) === 0 ? left : 1n + BigInt(luck(Number(left)))
  const better = BigInt(luck(4)) * CENT
  const at = side === 'sell' ? price + better : price > better ? price - better : price
  const fill = { price: toText(at, PRICE_DIGITS), quantity: toText(part, scale), fee: FEE }
  keep(undefined, [{ kind: 'filled', order, ...fill, reference: `trade-${reports.length + 1}` }])
}

// ---- Messages come in.

/** Standard Webhooks: an HMAC over id, time and body; the header may hold several. */
function isSigned(headers, body) {
  const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']]
  if (!(Math.abs(Date.now() / 1000 - Number(time)) <= SKEW_SECONDS_MAX)) return false
  const right = createHmac('sha256', KEY).update(`${id}.${time}.${body}`).digest()
  return String(headers['webhook-signature'])
    .split(' ')
    .map((each) => Buffer.from(each.replace('v1,', ''), 'base64'))
    .some((given) => given.length === right.length && timingSafeEqual(given, right))
}

/** The status to answer: 2xx says that the message is on our disk, 409 that one before it has not come. */
function take(headers, body) {
  if (!isSigned(headers, body)) return 401
  const message = JSON.parse(body)
  if (message.venue !== VENUE) return 404
  if (message.number > taken + 1) return 409
  if (message.number === taken + 1) keep(message, answerTo(message))
  return 204
}

const server = createServer(async (request, response) => {
  let body = ''
  try {
    for await (const part of request.setEncoding('utf8')) {
      body += part
      if (body.length > BODY_MAX) break
    }
  } catch {
    return // The connection was cut before all of it came: it will come again.
  }
  const isWhole = request.method === 'POST' && body.length <= BODY_MAX
  response.writeHead(isWhole ? take(request.headers, body) : 400).end()
})

// ---- Reports go out, one after the other, each until the server has taken it.

async function call(method, path, body) {
  // A timer of our own: that of AbortSignal.timeout does not keep a process alive that only waits for this answer.
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), ANSWER_WITHIN)
  try {
    const answer = await fetch(`${API}${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: late.signal,
    })
    return { status: answer.status, body: await answer.json() }
  } finally {
    clearTimeout(timer)
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** How far the server has come: that is where reporting goes on. */
async function reportsTaken() {
  for (;;) {
    const answer = await call('GET', '').catch(() => null)
    if (answer?.status === 200) return answer.body.reports
    if (answer !== null && answer.status < 500) throw new Error(`${VENUE}: ${JSON.stringify(answer.body)}`)
    await pause(100)
  }
}

let sent = await reportsTaken()
if (sent > reports.length)
  throw new Error(
    `the server has ${sent} reports, the journal only ${reports.length}: it is not the right one`,
  )
let isReporting = false

async function reportSoon() {
  if (isReporting) return
  isReporting = true
  while (sent < reports.length) {
    // Without an answer it is not known whether the report was taken: it is sent again, and taken once.
    const answer = await call('POST', '/reports', reports[sent]).catch(() => null)
    if (answer?.status === 200) sent += 1
    else if (answer?.body.code === 'report_gap') sent = answer.body.data.expected - 1
    else {
      if (answer !== null && answer.status < 500)
        console.error(`report ${sent + 1} was refused, and is sent again: ${JSON.stringify(answer.body)}`)
      await pause(answer === null ? 50 : 1_000)
    }
  }
  isReporting = false
}

setInterval(trade, PACE)
server.listen(Number(env.VENUE_PORT ?? 4100), '127.0.0.1', () => {
  console.log(
    `venue ${VENUE} takes messages at http://127.0.0.1:${server.address().port}/ from ${taken + 1} on`,
  )
  reportSoon()
})
