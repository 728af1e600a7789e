/** Answers of the engine that this surface has to bring into the shape of the contract before they are written. */

import type { Plain } from '@stemma/core'
import type { Call, Present } from './call.js'
import { encodeCursor } from './cursor.js'
import { DISCONNECT_PRESENT } from './disconnects.js'
import { FACTOR_PRESENT } from './factors.js'
import { SUBACCOUNT_PRESENT } from './subaccounts.js'
import { TRADING_PRESENT } from './trading/present.js'

type Rows = readonly Readonly<Record<string, Plain>>[]

/** Lists that the engine gives whole, under the name of what they list. */
const whole =
  (field: string): Present =>
  (_services, _call, result) => ({
    items: (result as Readonly<Record<string, Rows>>)[field] ?? [],
    nextCursor: null,
  })

/** Lists that the engine gives up to the limit: a full page may have one behind it. */
const upToLimit = (items: Rows, { input }: Call) => {
  const last = items.at(-1)
  const isFull = items.length > 0 && items.length === input.limit
  return { items, nextCursor: isFull && last !== undefined ? encodeCursor(last.id ?? null) : null }
}

const approvals: Present = (_services, call, result) => {
  const { approvals: rows } = result as { readonly approvals: Rows }
  return upToLimit(rows.map(approval), call)
}

/** Who decided is a user where there is one, else the credential; the engine has one column for both. */
const approval = (row: Readonly<Record<string, Plain>>) => ({
  ...row,
  decidedBy: row.decidedBy == null ? null : `usr_${String(row.decidedBy)}`,
})

const mails: Present = async ({ sealing }, call, result) => {
  const opened = (result as Rows).map(async (mail) => ({
    ...mail,
    to: (await sealing.open(Number(mail.party), String(mail.sealedTo))) ?? 'erased',
    text: (await sealing.open(Number(mail.party), String(mail.sealedText))) ?? 'erased',
  }))
  return upToLimit(await Promise.all(opened), call)
}

/** Blocks name their target by number; the caller named it with its kind. */
const blocks: Present = (_services, { wire }, result) => ({
  items: (result as { readonly items: Rows }).items.map((block) => ({
    ...block,
    target: (wire as { readonly target: string }).target,
  })),
  nextCursor: null,
})

/** A setting comes from a party, or from the node that was asked for. */
const settings: Present = (_services, { wire, input }, result) => ({
  items: (result as { readonly items: Rows }).items.map((setting) => ({
    ...setting,
    source:
      setting.source == null
        ? null
        : setting.source === input.node
          ? (wire as { readonly node: string }).node
          : `pty_${String(setting.source)}`,
  })),
})

export const PRESENT: ReadonlyMap<string, Present> = new Map<string, Present>([
  ['approvals.get', (_services, _call, result) => approval(result as Rows[number])],
  ['approvals.list', approvals],
  ['balances.list', whole('balances')],
  ['blocks.list', blocks],
  ['holds.list', whole('holds')],
  ['mails.list', mails],
  ['settings.effective', settings],
  ...FACTOR_PRESENT,
  ...SUBACCOUNT_PRESENT,
  ...DISCONNECT_PRESENT,
  ...TRADING_PRESENT,
])
