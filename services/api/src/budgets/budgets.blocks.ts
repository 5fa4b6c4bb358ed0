import type { BudgetBlock } from "@sluice/contracts/budget/budget.errors"
import { Caller } from "@sluice/contracts/http/http.auth"
import { sameJson } from "@sluice/contracts/json/json.canonical"
import { CommandBus, type StreamRef } from "@sluice/event-store/command-bus.port"
import { Effect } from "effect"
import { storeAway } from "../http/command.errors.ts"
import { ask } from "../http/read.query.ts"

/** What is about to start: budgets of all these are asked, and those of the tenant. */
type Starting = {
  readonly role: string | null
  readonly session: string | null
  /** Of a session: stands for its run and phase. */
  readonly task: string | null
  readonly run: string | null
  /** `<run>/<phase>` */
  readonly phase: string | null
}

export const NOTHING: Starting = { role: null, session: null, task: null, run: null, phase: null }

export interface Blocks<S> {
  /** Budgets that forbid to start it, the one that lasts longest first. */
  readonly blocks: ReadonlyArray<BudgetBlock>
  /** Whether these are the ones to ask of a stream in this state. */
  readonly fits: (state: S) => boolean
}

/** Of what starts nothing. */
export const NO_BLOCKS: Blocks<unknown> = { blocks: [], fits: () => true }

/**
 * The budgets that forbid to start something of a stream, looked up before the decision. Which ones are asked follows from its
 * state as it is known here (`undefined`: there is nothing to start); the decision may see another one, and then they do not fit.
 * What is spent is as new as billing is, so some overshoot is expected.
 */
export const blocksOn = Effect.fnUntraced(function* <S>(
  stream: StreamRef<S>,
  startingOf: (state: S) => Starting | undefined
) {
  const bus = yield* CommandBus
  const { tenant } = yield* Caller
  const { state } = yield* bus.peek(tenant, stream).pipe(Effect.catch(storeAway))
  const starting = startingOf(state)
  const fits = (seen: S): boolean => sameJson(startingOf(seen) ?? null, starting ?? null)
  if (starting === undefined) return { blocks: [], fits } satisfies Blocks<S>
  const { role, session, task, run, phase } = starting
  const blocks = yield* ask<ReadonlyArray<BudgetBlock>>(
    (sql) => sql`select sluice.budget_blocks(${tenant}, ${role}, ${session}, ${task}, ${run}, ${phase}) as answer`
  )
  return { blocks, fits } satisfies Blocks<S>
})
