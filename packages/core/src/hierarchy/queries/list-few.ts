/** `groups.list`, `blocks.list` and `templates.list`: what one record has few of, whole and in order of creation. */
import { type Id, NO_ROW, query, type Row } from '../../image/index.js'
import { partyRow } from '../checks.js'
import type { PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import {
  type BlockView,
  blocksAgainst,
  type GroupView,
  groupView,
  type TemplateView,
  templateView,
} from '../views.js'

export const listGroups = query({
  name: 'groups.list',
  scope: 'accounts:read',
  needs: (_context: HierarchyContext, { party }: { readonly party: PartyId }) => [
    { ability: 'read', target: { party } },
  ],
  read({ hierarchy }, { party }): { readonly items: readonly GroupView[] } {
    return { items: hierarchy.groupsOf.of(party).map((row) => groupView(hierarchy, row)) }
  },
})

export const listBlocks = query({
  name: 'blocks.list',
  scope: 'accounts:read',
  needs: ({ hierarchy }: HierarchyContext, { target }: { readonly target: Id }) => [
    { ability: 'read', target: hierarchy.findBlockable(target)?.target ?? { party: target } },
  ],
  read({ hierarchy }, { target }): { readonly items: readonly BlockView[] } {
    return { items: blocksAgainst(hierarchy, target) }
  },
})

/** The templates that serve a party: its own, and those of its owners. */
export const listTemplates = query({
  name: 'templates.list',
  scope: 'accounts:read',
  needs: (_context: HierarchyContext, { party }: { readonly party: PartyId }) => [
    { ability: 'read', target: { party } },
  ],
  read({ hierarchy }, { party }): { readonly items: readonly TemplateView[] } {
    const { parties, order, templatesOf } = hierarchy
    const items: TemplateView[] = []
    for (let row: Row = partyRow(hierarchy, party); row !== NO_ROW; row = order.parent(row))
      items.push(...templatesOf.of(parties.id(row)).map((template) => templateView(hierarchy, template)))
    return { items }
  },
})
