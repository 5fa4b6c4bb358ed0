import { rules } from "@sluice/notification/inbox.rules"
import { Counter, registry } from "@sluice/telemetry/metrics"

export const created = new Counter({
  name: "sluice_inbox_created_total",
  help: "Notifications put into inboxes, by the rule that they come from",
  labelNames: ["rule"],
  registers: [registry]
})

// A rate can be taken of what has never happened yet.
for (const { name } of rules) created.inc({ rule: name }, 0)
