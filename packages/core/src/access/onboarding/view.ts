import type { Plain, Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'

/** What is shown of an application: everything but the personal data. */
export function applicationView({ access }: AccessContext, row: Row): { readonly [key: string]: Plain } {
  const { table } = access.applications
  const { sealedPersonal, key: _key, ...shown } = table.read(row)
  return { id: table.id(row), ...shown, hasPersonal: sealedPersonal !== null }
}

export const pathOfApplication = ({ access, hierarchy }: AccessContext, row: Row): string[] => [
  hierarchy.pathOf(hierarchy.parties.row(access.applications.table.firm.get(row))),
]
