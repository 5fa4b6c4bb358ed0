import type { BriefView } from "@sluice/contracts/run/run.views"
import { Effect } from "effect"
import { renderBoard } from "../cli/run.board.ts"
import { inLine } from "../cli/shared/columns.ts"
import { type Terminal, terminalOf } from "../cli/shared/terminal.ts"
import { makeScreen } from "./plan.screen.ts"
import type { PlanStep } from "./plan.story.ts"

/** How long people see one board before the next one takes its place. */
const GLANCE = "150 millis"

const board = (standing: BriefView, terminal: Terminal): string =>
  renderBoard(standing, { terminal, now: Date.now(), hints: false })

/** The board while a plan is played: after every step in place on a terminal, elsewhere where the story says. */
export const makePlanShow = (output: NodeJS.WriteStream) => {
  const screen = makeScreen(output)
  const terminal = (): Terminal =>
    terminalOf({ isTTY: output.isTTY, columns: output.columns, hasColors: () => output.hasColors() })
  return {
    inPlace: screen.inPlace,
    onStanding: (standing: BriefView, step: PlanStep, words: string): Effect.Effect<void> => {
      if (!screen.inPlace) return Effect.sync(() => step.show && screen.show(board(standing, terminal())))
      const said = inLine([{ text: words, style: "dim" }], terminal())
      return Effect.andThen(
        Effect.sync(() => screen.show(`${said}\n${board(standing, terminal())}`)),
        Effect.sleep(GLANCE)
      )
    }
  }
}
