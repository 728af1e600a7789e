/** `templates.create`, `templates.update` and `templates.remove`: named sets of defaults that accounts are opened with. */
import { command } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { changesBetween, checkActive, checkVersion, nextVersion, partyRow, templateRow } from '../checks.js'
import type { AccountType, Attributes, PartyId, TemplateId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import {
  checkAttributes,
  checkCount,
  checkCurrency,
  checkDisplayName,
  checkName,
  TEMPLATES_OF_PARTY_MAX,
} from '../names.js'

export type TemplateDefaults = {
  readonly displayName: string
  readonly type: AccountType
  /** `{name}` stands for the account's name. */
  readonly accountDisplayName: string
  readonly baseCurrency: CurrencyCode | null
  readonly needsClearing: boolean | null
  readonly attributes: Attributes
}

export type CreateTemplate = TemplateDefaults & { readonly party: PartyId; readonly name: string }
export type UpdateTemplate = TemplateDefaults & {
  readonly template: TemplateId
  readonly version: number | null
}
export type RemoveTemplate = { readonly template: TemplateId; readonly version: number | null }

/** A template is reached through the party that owns it. */
const needsOwner = ({ hierarchy }: HierarchyContext, { template }: { readonly template: TemplateId }) =>
  [
    {
      ability: 'administer',
      target: { party: hierarchy.templates.party.get(templateRow(hierarchy, template)) },
    },
  ] as const

export const createTemplate = command({
  name: 'templates.create',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, { party }: CreateTemplate) => [
    { ability: 'administer', target: { party } },
  ],
  decide(context, { party, name, ...defaults }) {
    const { hierarchy, image, now } = context
    const { templates, templatesOf } = hierarchy
    const owner = partyRow(hierarchy, party)
    checkName(name)
    checkDefaults(defaults)
    checkActive(hierarchy, owner)
    if (templatesOf.some(party, (row) => templates.name.get(row) === name))
      refuse('name_taken', `a template of the party is named ${name}`, { field: '/name' })
    checkCount(templatesOf.count(party), TEMPLATES_OF_PARTY_MAX, 'templates')
    const template = image.newId<TemplateId>()
    const row = templates.insert(template, { party, name, ...defaults, version: 1, createdAt: now })
    context.emit({
      kind: 'template.created',
      subject: `tpl_${template}`,
      paths: [hierarchy.pathOf(owner)],
      data: templates.read(row),
    })
    return { template }
  },
})

export const updateTemplate = command({
  name: 'templates.update',
  scope: 'accounts:write',
  needs: needsOwner,
  decide(context: HierarchyContext, { template, version, ...defaults }: UpdateTemplate) {
    const { hierarchy } = context
    const { templates } = hierarchy
    const row = templateRow(hierarchy, template)
    checkVersion(templates, row, version)
    checkDefaults(defaults)
    const before = templates.read(row)
    templates.displayName.set(row, defaults.displayName)
    templates.type.set(row, defaults.type)
    templates.accountDisplayName.set(row, defaults.accountDisplayName)
    templates.baseCurrency.set(row, defaults.baseCurrency)
    templates.needsClearing.set(row, defaults.needsClearing)
    templates.attributes.set(row, defaults.attributes)
    nextVersion(templates, row)
    context.emit({
      kind: 'template.updated',
      subject: `tpl_${template}`,
      paths: [hierarchy.pathOf(hierarchy.parties.row(before.party))],
      data: changesBetween(before, templates.read(row)),
    })
    return { template, version: templates.version.get(row) }
  },
})

export const removeTemplate = command({
  name: 'templates.remove',
  scope: 'accounts:write',
  needs: needsOwner,
  decide(context: HierarchyContext, { template, version }: RemoveTemplate) {
    const { hierarchy } = context
    const row = templateRow(hierarchy, template)
    checkVersion(hierarchy.templates, row, version)
    const before = hierarchy.templates.read(row)
    hierarchy.templates.remove(row)
    context.emit({
      kind: 'template.removed',
      subject: `tpl_${template}`,
      paths: [hierarchy.pathOf(hierarchy.parties.row(before.party))],
      data: { before, after: null },
    })
    return { template }
  },
})

function checkDefaults(defaults: TemplateDefaults): void {
  checkDisplayName(defaults.displayName)
  checkDisplayName(defaults.accountDisplayName, '/account_display_name')
  checkAttributes(defaults.attributes)
  if (defaults.baseCurrency !== null) checkCurrency(defaults.baseCurrency)
}
