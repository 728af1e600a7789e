/** Every command, every query and every kind of due work, by name. */

import { ACCESS_COMMANDS, ACCESS_DUE_WORK, ACCESS_QUERIES } from '../access/index.js'
import { HIERARCHY_COMMANDS } from '../hierarchy/index.js'
import { IDENTITY_COMMANDS, IDENTITY_QUERIES } from '../identity/index.js'
import type { CommandSpec, Id, Plain, QuerySpec } from '../image/index.js'
import { LEDGER_COMMANDS, LEDGER_DUE_WORK, LEDGER_QUERIES } from '../ledger/index.js'
import { ROLLUP_QUERIES } from '../rollup/index.js'
import { ENGINE_COMMANDS, ENGINE_QUERIES } from './commands/index.js'
import type { EngineContext } from './context.js'

type AnyCommand = CommandSpec<EngineContext, Plain, Plain>
type AnyQuery = QuerySpec<EngineContext, unknown, unknown>

const commands = [
  ...HIERARCHY_COMMANDS,
  ...IDENTITY_COMMANDS,
  ...ACCESS_COMMANDS,
  ...ENGINE_COMMANDS,
  ...LEDGER_COMMANDS,
] as readonly unknown[] as readonly AnyCommand[]
const queries = [
  ...IDENTITY_QUERIES,
  ...ACCESS_QUERIES,
  ...LEDGER_QUERIES,
  ...ROLLUP_QUERIES,
  ...ENGINE_QUERIES,
] as readonly unknown[] as readonly AnyQuery[]

export const COMMANDS: ReadonlyMap<string, AnyCommand> = new Map(commands.map((spec) => [spec.name, spec]))
export const QUERIES: ReadonlyMap<string, AnyQuery> = new Map(queries.map((spec) => [spec.name, spec]))

/** What happens when a row of a table falls due, by the table's name. */
export const DUE_WORK: ReadonlyMap<string, (context: EngineContext, id: Id) => void> = new Map([
  [
    'blocks',
    ({ hierarchy }: EngineContext, id: Id) => hierarchy.blocks.remove(hierarchy.blocks.row(id as never)),
  ],
  ...ACCESS_DUE_WORK,
  ...LEDGER_DUE_WORK,
])
