/** What most commands of the room ask before they change anything: is it there, and is it as the asker last saw it. */
import { type Id, NO_ROW, type Plain, type Row } from '../image/index.js'
import { refuse } from '../refusals/index.js'
import type { AccountId, GroupId, PartyId, TemplateId } from './fields.js'
import type { Hierarchy } from './hierarchy.js'

interface Found<I> {
  find(id: I): Row
}

/** The row, or the refusal that an id out of reach gets too. */
export function rowOf<I extends Id>(table: Found<I>, id: I): Row {
  const row = table.find(id)
  if (row === NO_ROW) refuse('not_visible', 'there is no such thing within reach')
  return row
}

export const partyRow = ({ parties }: Hierarchy, id: PartyId): Row => rowOf(parties, id)
export const accountRow = ({ accounts }: Hierarchy, id: AccountId): Row => rowOf(accounts, id)
export const groupRow = ({ groups }: Hierarchy, id: GroupId): Row => rowOf(groups, id)
export const templateRow = ({ templates }: Hierarchy, id: TemplateId): Row => rowOf(templates, id)

interface Versioned {
  readonly version: { get(row: Row): number; set(row: Row, value: number): void }
}

/** Refuses when the record has changed since the asker read it; null: the asker does not mind. */
export function checkVersion({ version }: Versioned, row: Row, expected: number | null): void {
  const present = version.get(row)
  if (expected !== null && expected !== present)
    refuse('version_mismatch', `expected version ${expected}, the record has version ${present}`, {
      data: { version: present },
    })
}

export function nextVersion({ version }: Versioned, row: Row): void {
  version.set(row, version.get(row) + 1)
}

/** The fields that differ, as events say them. */
export function changesBetween(
  before: { readonly [key: string]: Plain },
  after: { readonly [key: string]: Plain },
): { readonly before: { readonly [key: string]: Plain }; readonly after: { readonly [key: string]: Plain } } {
  const changed = Object.keys(after).filter((key) => before[key] !== after[key] && key !== 'version')
  const only = (record: { readonly [key: string]: Plain }) =>
    Object.fromEntries(changed.map((key) => [key, record[key] ?? null]))
  return { before: only(before), after: only(after) }
}

/** Refuses where the party, or an owner above it, is suspended or closed. */
export function checkActive(hierarchy: Hierarchy, party: Row): void {
  const fault = hierarchy.firstNotActive(party)
  if (fault === NO_ROW) return
  const { parties } = hierarchy
  refuse('party_suspended', `pty_${parties.id(fault)} is ${parties.status.get(fault)}`)
}
