/** What a proof asks a server about, through the native surface. */
import type { ServerProcess } from '../server-process.js'
import type { Followed } from './followers.js'

export interface EventItem extends Followed {
  // biome-ignore lint/suspicious/noExplicitAny: the proof looks into whatever an event says
  readonly data: any
}

const PAGE = 500

/** Amounts of the wire in cents. */
export const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))

// biome-ignore lint/suspicious/noExplicitAny: the proof looks into whatever the server says
export async function get({ url, key }: ServerProcess, path: string): Promise<any> {
  const response = await fetch(`${url}/stemma/v1${path}`, { headers: { authorization: `Bearer ${key}` } })
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

export async function accountOf(server: ServerProcess, name: string): Promise<string> {
  return (await get(server, `/accounts?search=${name}`)).items[0].id
}

export async function balanceOf(server: ServerProcess, account: string): Promise<bigint> {
  const { items } = await get(server, `/accounts/${account}/balances`)
  const found = items.find(({ currency }: { readonly currency: string }) => currency === 'USD')
  return cents(found?.posted ?? '0.00')
}

export async function eventsAfter(server: ServerProcess, after: string): Promise<readonly EventItem[]> {
  const events: EventItem[] = []
  for (let last = after; ; last = events.at(-1)?.id ?? after) {
    const { items } = await get(server, `/events?under=pty_1&limit=${PAGE}&after=${last}`)
    events.push(...items)
    if (items.length < PAGE) return events
  }
}

/** The executions of a firm behind one of them, oldest first. */
export async function executionsAfter(
  server: ServerProcess,
  firm: string,
  after: string,
): Promise<readonly string[]> {
  const found: string[] = []
  let cursor = ''
  for (;;) {
    const path = `/drop-copy?under=${firm}&newest_first=true&limit=${PAGE}${cursor}`
    const { items, next_cursor } = await get(server, path)
    for (const { id } of items) {
      if (id === after) return found.reverse()
      found.push(id)
    }
    if (next_cursor === null) return found.reverse()
    cursor = `&cursor=${next_cursor}`
  }
}

export async function newestEntries(
  server: ServerProcess,
  account: string,
  count: number,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const found: Readonly<Record<string, string>>[] = []
  let cursor = ''
  while (found.length < count) {
    const limit = Math.min(PAGE, count - found.length)
    const path = `/accounts/${account}/entries?type=transfer&newest_first=true&limit=${limit}${cursor}`
    const { items, next_cursor } = await get(server, path)
    found.push(...items)
    if (next_cursor === null) break
    cursor = `&cursor=${next_cursor}`
  }
  return found
}
