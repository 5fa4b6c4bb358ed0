import type { Requirement } from "@sluice/contracts/approval/approval.events"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import type { Step, Story } from "./demo.story.ts"
import type { ApprovalRule, Exchange, Exchanges } from "./exchanges.file.ts"

/**
 * Every exchange becomes a session of the asking role, opened and active, and an approval of that session where the rules
 * want one. The file holds no answers, so the approvals stay pending: nobody's decision is made up here.
 */
export const storyOf = ({ exchanges, approvalRules }: Exchanges): Story => ({
  about: "Exchanges of one organisation",
  people: [...new Set(exchanges.map(({ from }) => from))].map((role) => ({ name: role, roles: [role], kind: "agent" })),
  steps: exchanges.flatMap((exchange) => stepsOf(exchange, approvalRules))
})

const stepsOf = (exchange: Exchange, rules: ReadonlyArray<ApprovalRule>): ReadonlyArray<Step> => {
  const { id, from, description } = exchange
  const rule = ruleFor(exchange, rules)
  return [
    { does: "open", by: from, session: id, role: from, metadata: metadataOf(exchange) },
    { does: "activate", by: from, session: id },
    ...(rule === undefined
      ? []
      : [
          {
            does: "request",
            by: from,
            approval: id,
            about: { session: id },
            reason: description,
            required: requirementsOf(rule)
          } as const
        ])
  ]
}

/** What the session says of its exchange. */
export const metadataOf = ({ id, from: _from, ...rest }: Exchange): JsonObject => ({
  title: id,
  exchange: id,
  ...rest
})

/** What an exchange costs: `data.amount`, else `data.total_cost`. */
export const amountOf = ({ data }: Exchange): number | undefined => {
  const amount = data.amount ?? data.total_cost
  return typeof amount === "number" ? amount : undefined
}

/** The highest rule whose limit is exceeded. Only a `budget_approval` asks for one (domain rule). */
export const ruleFor = (exchange: Exchange, rules: ReadonlyArray<ApprovalRule>): ApprovalRule | undefined => {
  const amount = exchange.type === "budget_approval" ? amountOf(exchange) : undefined
  if (amount === undefined) return undefined
  return rules.filter(({ over }) => amount > over).sort((one, other) => other.over - one.over)[0]
}

/** A quorum as large as the list of roles wants one person of each; otherwise so many people holding any of them. */
export const requirementsOf = ({ approverRoles, quorum }: ApprovalRule): ReadonlyArray<Requirement> =>
  quorum === approverRoles.length
    ? approverRoles.map((role) => ({ roles: [role], count: 1 }))
    : [{ roles: approverRoles, count: quorum }]
