/** Every command, every query, every kind of due work and of process, by name. */

import {
  ACCESS_COMMANDS,
  ACCESS_DUE_WORK,
  ACCESS_QUERIES,
  ACCOUNT_KEY_COMMANDS,
  ACCOUNT_KEY_QUERIES,
  FACTOR_COMMANDS,
  FACTOR_QUERIES,
  LOGIN_COMMANDS,
  LOGIN_QUERIES,
  ONBOARDING_COMMANDS,
  ONBOARDING_QUERIES,
  SESSION_COMMANDS,
  WEBHOOK_COMMANDS,
  WEBHOOK_QUERIES,
} from '../access/index.js'
import { ANNOUNCEMENT_COMMANDS, ANNOUNCEMENT_QUERIES } from '../announcements/index.js'
import {
  HIERARCHY_COMMANDS,
  HIERARCHY_DUE_WORK,
  HIERARCHY_PROCESSES,
  HIERARCHY_QUERIES,
} from '../hierarchy/index.js'
import { IDENTITY_COMMANDS, IDENTITY_QUERIES } from '../identity/index.js'
import type { CommandSpec, Id, Plain, ProcessId, ProcessKind, QuerySpec } from '../image/index.js'
import { LEDGER_COMMANDS, LEDGER_DUE_WORK, LEDGER_QUERIES } from '../ledger/index.js'
import {
  MARGIN_COMMANDS,
  MARGIN_DUE_WORK,
  MARGIN_QUERIES,
  RISK_COMMANDS,
  RISK_QUERIES,
} from '../margin/index.js'
import { MARKET_COMMANDS, MARKET_DUE_WORK, MARKET_QUERIES } from '../market/index.js'
import { ROLLUP_QUERIES } from '../rollup/index.js'
import { SETTINGS_COMMANDS, SETTINGS_QUERIES } from '../settings/index.js'
import {
  sessionProcess,
  settleProcess,
  TRADING_COMMANDS,
  TRADING_DUE_WORK,
  TRADING_QUERIES,
} from '../trading/index.js'
import { ENGINE_COMMANDS } from './commands/index.js'
import type { EngineContext } from './context.js'
import { TREE_QUERIES } from './queries/index.js'

type AnyCommand = CommandSpec<EngineContext, Plain, Plain>
type AnyQuery = QuerySpec<EngineContext, unknown, unknown>
type DueWork = (context: EngineContext, id: Id) => void

const commands = [
  ...SETTINGS_COMMANDS,
  ...HIERARCHY_COMMANDS,
  ...IDENTITY_COMMANDS,
  ...ACCESS_COMMANDS,
  ...FACTOR_COMMANDS,
  ...ACCOUNT_KEY_COMMANDS,
  ...SESSION_COMMANDS,
  ...LOGIN_COMMANDS,
  ...ONBOARDING_COMMANDS,
  ...WEBHOOK_COMMANDS,
  ...ANNOUNCEMENT_COMMANDS,
  ...ENGINE_COMMANDS,
  ...LEDGER_COMMANDS,
  ...MARKET_COMMANDS,
  ...TRADING_COMMANDS,
  ...MARGIN_COMMANDS,
  ...RISK_COMMANDS,
] as readonly unknown[] as readonly AnyCommand[]
const queries = [
  ...SETTINGS_QUERIES,
  ...HIERARCHY_QUERIES,
  ...IDENTITY_QUERIES,
  ...ACCESS_QUERIES,
  ...FACTOR_QUERIES,
  ...ACCOUNT_KEY_QUERIES,
  ...LOGIN_QUERIES,
  ...ONBOARDING_QUERIES,
  ...WEBHOOK_QUERIES,
  ...ANNOUNCEMENT_QUERIES,
  ...LEDGER_QUERIES,
  ...MARKET_QUERIES,
  ...TRADING_QUERIES,
  ...MARGIN_QUERIES,
  ...RISK_QUERIES,
  ...ROLLUP_QUERIES,
  ...TREE_QUERIES,
] as readonly unknown[] as readonly AnyQuery[]
const processes = [
  ...HIERARCHY_PROCESSES,
  settleProcess,
  sessionProcess,
] as readonly unknown[] as readonly ProcessKind<EngineContext>[]

export const COMMANDS: ReadonlyMap<string, AnyCommand> = new Map(commands.map((spec) => [spec.name, spec]))
export const QUERIES: ReadonlyMap<string, AnyQuery> = new Map(queries.map((spec) => [spec.name, spec]))

/** How an item of a process is carried out, by the kind of the process. */
const PROCESSES: ReadonlyMap<string, ProcessKind<EngineContext>> = new Map(
  processes.map((kind) => [kind.name, kind]),
)

const stepProcess: DueWork = (context, id) => {
  const row = context.processes.table.row(id as ProcessId)
  const kind = PROCESSES.get(context.processes.table.kind.get(row))
  if (kind === undefined) throw new Error(`expected a kind for the process ${id}`)
  context.processes.step(context, row, kind)
}

/** What happens when a row of a table falls due, by the table's name. */
export const DUE_WORK: ReadonlyMap<string, DueWork> = new Map<string, DueWork>([
  ['processes', stepProcess],
  ...HIERARCHY_DUE_WORK,
  ...ACCESS_DUE_WORK,
  ...LEDGER_DUE_WORK,
  ...MARKET_DUE_WORK,
  ...TRADING_DUE_WORK,
  ...MARGIN_DUE_WORK,
])
