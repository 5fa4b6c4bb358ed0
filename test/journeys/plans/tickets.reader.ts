import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { Schema } from "effect"

/** Tickets with tasks that depend on each other, as another system writes them down. */

const Tickets = Schema.Struct({
  tickets: Schema.Array(Schema.Struct({ id: Schema.String, title: Schema.String, tasks: Schema.Array(Schema.String) })),
  tasks: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      title: Schema.String,
      parent_ticket: Schema.String,
      estimate: Schema.String,
      dependencies: Schema.Struct({ depends_on: Schema.Array(Schema.String) })
    })
  )
})
export type Tickets = typeof Tickets.Type

export const readTickets = Schema.decodeUnknownSync(Schema.fromJsonString(Tickets))

const taskOf = ({ id, title, estimate, dependencies }: Tickets["tasks"][number]) => ({
  key: id,
  title,
  estimate,
  dependsOn: dependencies.depends_on
})

/** Everything in one phase. */
export const inOnePhase = ({ tasks }: Tickets): WorkflowDocument => ({
  name: "Tickets at once",
  phases: [{ id: "all", name: "All tickets", order: 1, tasks: tasks.map(taskOf) }]
})

/** A phase per ticket, in the order of the file. */
export const inPhases = ({ tickets, tasks }: Tickets): WorkflowDocument => ({
  name: "Tickets one by one",
  phases: tickets.map(({ id, title }, index) => ({
    id,
    name: title,
    order: index + 1,
    tasks: tasks.filter(({ parent_ticket }) => parent_ticket === id).map(taskOf)
  }))
})
