/**
 * Random commands for laws: each is made from numbers alone, picks its targets among what is there, and may well be
 * refused. The same numbers on the same state give the same commands, in any process. Not exported.
 */
import type { Envelope } from '../engine/envelope.js'
import type { Engine } from '../engine.js'
import type { GroupId } from '../hierarchy/index.js'
import { type AnyTable, type Id, instant, MILLISECOND, type Plain, type Row } from '../image/index.js'
import { START, SYSTEM_ACTOR } from './world.js'

/** A command in numbers: which one, three choices, and how much later it comes (milliseconds). */
export type Choice = readonly [command: number, first: number, second: number, third: number, later: number]

/** A small generator of choices from a seed (Park and Miller), for where no property library is at hand. */
export function choicesFrom(seed: number, count: number): Choice[] {
  let state = (seed % 2_147_483_646) + 1
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
  return Array.from({ length: count }, () => [next(), next(), next(), next(), next() % 50])
}

export function envelopeOf(engine: Engine, [kind, first, second, third, later]: Choice): Envelope {
  const { hierarchy } = engine.rooms
  const pick = (table: AnyTable, place: number): Id => {
    const ids = table.idsInOrder()
    return (ids[place % Math.max(1, ids.length)] ?? 0) as Id
  }
  const party = (place: number) => pick(hierarchy.parties, place)
  const account = (place: number) => pick(hierarchy.accounts, place)
  const group = pick(hierarchy.groups, first) as GroupId
  const fitting = (rows: readonly Row[]) =>
    second % 4 === 0 || rows.length === 0
      ? account(second)
      : hierarchy.accounts.id(rows[second % rows.length] as Row)
  const client = hierarchy.groups.has(group) ? hierarchy.groups.party.get(hierarchy.groups.row(group)) : null
  const version = third % 5 === 0 ? (third % 7) + 1 : null
  const now = Math.max(engine.image.head.time, START) + later * MILLISECOND
  const makers: readonly (readonly [command: string, input: Plain])[] = [
    [
      'parties.create',
      {
        owner: party(first),
        kind: (['client', 'client', 'participant', 'clearing_member'] as const)[second % 4] as string,
        name: `party-${third % 40}`,
        displayName: 'Party',
        baseCurrency: null,
        isPartner: false,
        isLegallyLiable: false,
        sealedPersonal: null,
      },
    ],
    [
      'accounts.open',
      {
        party: party(first),
        main: second % 3 === 0 ? account(second) : null,
        template: null,
        name: `account-${third % 40}`,
        displayName: null,
        type: 'cash',
        baseCurrency: null,
        needsClearing: second % 2 === 0 ? null : false,
        attributes: {},
      },
    ],
    ['parties.move', { party: party(first), owner: party(second), version }],
    ['parties.suspend', { party: party(first), version: third % 2 === 0 ? version : 99 }],
    ['parties.reactivate', { party: party(first), version }],
    ['parties.close', { party: party(first), version: third % 4 === 0 ? version : 99 }],
    ['accounts.close', { account: account(first), version }],
    ['accounts.review', { account: account(first), decision: 'forward', version }],
    ['accounts.approve', { account: account(first), clearingNumber: null, version }],
    ['groups.create', { party: party(first), name: `group-${third % 10}`, displayName: 'Group' }],
    [
      'groups.add_account',
      { group, account: fitting(client === null ? [] : hierarchy.accountsOf.of(client)) },
    ],
    ['groups.remove_account', { group, account: fitting(hierarchy.accountsInGroup.of(group)) }],
    [
      'blocks.set',
      {
        target: second % 2 === 0 ? party(first) : account(first),
        kind: 'trading',
        reason: 'random',
        until: third % 2 === 0 ? null : now + (third % 40) * MILLISECOND,
      },
    ],
    ['blocks.lift', { block: pick(hierarchy.blocks, first) }],
    [
      'settings.set',
      {
        node: second % 2 === 0 ? party(first) : account(first),
        name: 'accounts.clearing_required',
        value: third % 2 === 0,
        from: third % 3 === 0 ? now + 20 * MILLISECOND : null,
      },
    ],
    ['settings.clear', { node: party(first), name: 'accounts.clearing_required', from: null }],
    [
      'accounts.open_many',
      {
        party: party(first),
        main: null,
        template: null,
        type: 'cash',
        baseCurrency: null,
        needsClearing: null,
        counted: { prefix: `many-${third % 3}-`, first: 0, digits: 3, count: (second % 300) + 1 },
        items: null,
      },
    ],
    [
      'transfers.create',
      {
        // The outside world is the second record of a book, and the only one that has money to begin with.
        from: second % 2 === 0 ? 2 : account(first),
        to: account(second),
        currency: 'USD',
        amount: BigInt(third % 1_000) * 10_000n,
        description: null,
      },
    ],
  ]
  const [command, input] = makers[kind % makers.length] as (typeof makers)[number]
  return { command, input, actor: SYSTEM_ACTOR, time: instant(now) }
}
