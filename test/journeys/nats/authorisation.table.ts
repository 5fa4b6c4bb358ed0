import { declaredConsumers } from "@sluice/ops/nats/declared"
import type { Action } from "./authorisation.attempt.ts"

/** Who may do what. Every pair is tried on a real broker with the generated configuration. */
export interface Row {
  readonly user: string
  readonly tries: string
  readonly verdict: "allowed" | "refused"
  readonly action: Action
}

const api = "$JS.API"
const create = (stream: string, config: object): string => JSON.stringify({ stream_name: stream, config, action: "" })
const durable = (name: string, filter: string, more: object = {}): string =>
  create("EVENTS", { durable_name: name, name, ack_policy: "explicit", filter_subject: filter, ...more })
/** A service's durable as it is, but for its filter: the broker itself would take that for a change of settings. */
const refiltered = (name: string): string => {
  const { stream, ...config } = declaredConsumers.find(({ durable_name }) => durable_name === name) ?? { stream: "" }
  return create(stream, { ...config, name, filter_subject: "evt.acme.>" })
}
const batch = JSON.stringify({ batch: 1, expires: 500_000_000 })
const evil = "evt.acme.approval.requested.1"

const rows: Array<Row> = []
const verdicts = (verdict: Row["verdict"]) => (user: string, tries: string, action: Action) =>
  void rows.push({ user, tries, verdict, action })
const may = verdicts("allowed")
const mayNot = verdicts("refused")

// A tenant and its own.
may("acme", "leaves a command of its own in the queue", { ask: "cmdq.acme.session.open", data: "{}" })
may("acme", "sends a command of its own and is answered", { ask: "cmd.acme.session.open", data: "{}" })
may("acme", "hears why its commands were refused", {
  hear: "rej.acme.>",
  sent: "rej.acme.session.open",
  in: "SLUICE_API"
})
mayNot("acme", "hears its refusals where they are kept", { hear: "rej.acme.>", sent: "rej.acme.session.open" })
may("acme", "looks at its slot", { ask: "sluice.CONSUMER.INFO.EVENTS.acme-s01" })
may("acme", "pulls from its slot", { ask: "sluice.CONSUMER.MSG.NEXT.EVENTS.acme-s01", data: batch })
may("acme", "acknowledges what its slot delivered", { send: { ackOf: "acme-s01" }, data: "+ACK" })
may("acme-s01", "pulls from its slot, whatever it is called", {
  ask: "sluice.CONSUMER.MSG.NEXT.EVENTS.acme-s01-s01",
  data: batch
})

// A tenant and another's.
mayNot("acme", "sends another's command", { send: "cmd.globex.session.open", data: "{}" })
mayNot("acme", "leaves another's command in the queue", { ask: "cmdq.globex.session.open", data: "{}" })
mayNot("acme", "hears another's refusals", { hear: "rej.globex.>", sent: "rej.globex.session.open", in: "SLUICE_API" })
mayNot("acme", "hears everybody's refusals", { hear: "rej.>", sent: "rej.globex.session.open", in: "SLUICE_API" })
mayNot("acme", "says a refusal to another", { send: "rej.globex.session.open", data: "{}" })
mayNot("acme", "says a refusal to itself", { send: "rej.acme.session.open", data: "{}" })
mayNot("acme", "parks a command", { send: "parked.acme.session.open", data: "{}" })
mayNot("acme", "hears parked commands", { hear: "parked.>", sent: "parked.acme.session.open" })
mayNot("acme", "looks at another's slot", { ask: "sluice.CONSUMER.INFO.EVENTS.globex-s01" })
mayNot("acme", "pulls from another's slot", { ask: "sluice.CONSUMER.MSG.NEXT.EVENTS.globex-s01", data: batch })
mayNot("acme", "pulls from another's slot by JetStream's own name", {
  ask: `${api}.CONSUMER.MSG.NEXT.EVENTS.globex-s01`,
  data: batch
})
mayNot("acme", "pulls from its slot by JetStream's own name", {
  ask: `${api}.CONSUMER.MSG.NEXT.EVENTS.acme-s01`,
  data: batch
})
mayNot("acme", "pulls from a slot of a tenant called like its slot", {
  ask: "sluice.CONSUMER.MSG.NEXT.EVENTS.acme-s01-s01",
  data: batch
})
mayNot("acme-s01", "pulls from a slot called like the tenant", {
  ask: "sluice.CONSUMER.MSG.NEXT.EVENTS.acme-s01",
  data: batch
})
mayNot("acme", "pulls from the projector's durable", { ask: "sluice.CONSUMER.MSG.NEXT.EVENTS.projector", data: batch })
mayNot("acme", "acknowledges what another's slot delivered", { send: { ackOf: "globex-s01" }, data: "+ACK" })
mayNot("acme", "acknowledges for the projector", { send: { ackOf: "projector" }, data: "+ACK" })
mayNot("acme", "acknowledges for the commands' consumer", { send: { ackOf: "commands" }, data: "+ACK" })

// A tenant and what everybody hears.
mayNot("acme", "hears events as they are published", { hear: "evt.acme.>", sent: evil })
mayNot("acme", "hears another's events", { hear: "evt.globex.>", sent: "evt.globex.approval.requested.1" })
mayNot("acme", "hears everything", { hear: ">", sent: evil })
mayNot("acme", "hears everything of two tokens and more", { hear: "*.>", sent: evil })
mayNot("acme", "hears everything of the door", { hear: ">", sent: "cmd.globex.session.open", in: "SLUICE_API" })
mayNot("acme", "hears commands", { hear: "cmd.>", sent: "cmd.acme.session.open", in: "SLUICE_API" })
mayNot("acme", "hears commands in the queue group of the door", {
  hear: "cmd.acme.session.open",
  sent: "cmd.acme.session.open",
  in: "SLUICE_API"
})
mayNot("acme", "overhears another's answers", { hear: "_INBOX.>", sent: "_INBOX.globex.1", in: "T-globex" })
mayNot("acme", "overhears the projector's answers", {
  hear: "_INBOX.>",
  sent: "_INBOX.projector.1",
  in: "SLUICE_PROJECTOR"
})
mayNot("acme", "overhears the relay's answers", { hear: "_INBOX.>", sent: "_INBOX.relay.1" })
mayNot("acme", "listens to acknowledgements", { hear: "$JS.ACK.>", sent: "$JS.ACK.EVENTS.acme-s01.1.2.3.4.5" })
mayNot("acme", "hears the system's account", { hear: "$SYS.>", sent: "$SYS.spec" })
mayNot("acme", "asks the system's account", { ask: "$SYS.REQ.SERVER.PING" })
mayNot("acme", "wakes the relay", { send: "sluice.wake.relay", arrivesAt: "sluice.wake.relay", in: "SLUICE" })

// A tenant and the streams.
mayNot("acme", "publishes an event", { ask: evil, data: "{}" })
mayNot("acme", "publishes another's event", { ask: "evt.globex.approval.requested.1", data: "{}" })
mayNot("acme", "has a command's answer written into EVENTS", {
  send: "cmd.acme.session.open",
  reply: evil,
  arrivesAt: "evt.acme.>",
  in: "SLUICE"
})
mayNot("acme", "has JetStream's answer written into EVENTS", {
  send: "sluice.CONSUMER.INFO.EVENTS.acme-s01",
  reply: evil
})
mayNot("acme", "has its slot deliver into EVENTS", {
  send: "sluice.CONSUMER.MSG.NEXT.EVENTS.acme-s01",
  data: "1",
  reply: evil
})
mayNot("acme", "makes its slot anew", {
  ask: `sluice.CONSUMER.CREATE.EVENTS.acme-s01.evt.>`,
  data: durable("acme-s01", "evt.>")
})
mayNot("acme", "makes a durable", { ask: `${api}.CONSUMER.DURABLE.CREATE.EVENTS.mine`, data: durable("mine", "evt.>") })
mayNot("acme", "re-filters the projector's durable", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.projector.evt.acme.>`,
  data: refiltered("projector")
})
mayNot("acme", "deletes the projector's durable", { ask: `${api}.CONSUMER.DELETE.EVENTS.projector` })
mayNot("acme", "deletes its slot", { ask: "sluice.CONSUMER.DELETE.EVENTS.acme-s01" })
mayNot("acme", "makes a push consumer", {
  ask: `${api}.CONSUMER.CREATE.EVENTS`,
  data: create("EVENTS", { deliver_subject: "cmd.globex.session.open", ack_policy: "none" })
})
mayNot("acme", "makes a push consumer under its prefix", {
  ask: "sluice.CONSUMER.CREATE.EVENTS",
  data: create("EVENTS", { deliver_subject: "cmd.globex.session.open", ack_policy: "none" })
})
for (const prefix of [api, "sluice"]) {
  mayNot("acme", `looks into EVENTS (${prefix})`, { ask: `${prefix}.STREAM.INFO.EVENTS` })
  mayNot("acme", `reads a message of EVENTS (${prefix})`, {
    ask: `${prefix}.STREAM.MSG.GET.EVENTS`,
    data: JSON.stringify({ seq: 1 })
  })
  mayNot("acme", `reads a message directly (${prefix})`, {
    ask: `${prefix}.DIRECT.GET.EVENTS`,
    data: JSON.stringify({ seq: 1 })
  })
  mayNot("acme", `deletes a message (${prefix})`, {
    ask: `${prefix}.STREAM.MSG.DELETE.EVENTS`,
    data: JSON.stringify({ seq: 1 })
  })
  mayNot("acme", `purges EVENTS (${prefix})`, { ask: `${prefix}.STREAM.PURGE.EVENTS` })
  mayNot("acme", `deletes EVENTS (${prefix})`, { ask: `${prefix}.STREAM.DELETE.EVENTS` })
  mayNot("acme", `lists streams (${prefix})`, { ask: `${prefix}.STREAM.NAMES` })
}
mayNot("acme", "looks at how much all tenants' streams hold", { ask: "sluice.INFO" })
mayNot("acme", "makes a stream of its own", {
  ask: `${api}.STREAM.CREATE.MINE`,
  data: JSON.stringify({ name: "MINE", subjects: ["mine.>"] })
})

// Services and their own.
may("outbox-relay", "publishes an event", { ask: evil, data: "{}" })
may("outbox-relay", "reads a message of EVENTS", {
  ask: `${api}.STREAM.MSG.GET.EVENTS`,
  data: JSON.stringify({ seq: 1 })
})
// It may publish there anyway. What others try in vain below works for who is in the account of the streams.
may("outbox-relay", "has JetStream's answer written into EVENTS", { send: `${api}.STREAM.INFO.EVENTS`, reply: evil })
may("outbox-relay", "is woken", { hear: "sluice.wake.relay", sent: "sluice.wake.relay" })
for (const service of ["projector", "coordinator", "notification", "billing"]) {
  may(service, "makes its durable anew", { ask: `${api}.CONSUMER.DELETE.EVENTS.${service}` })
  may(service, "pulls", { ask: `${api}.CONSUMER.MSG.NEXT.EVENTS.${service}`, data: batch })
  may(service, "acknowledges", { send: { ackOf: service }, data: "+ACK" })
  may(service, "is woken", { hear: "sluice.wake.consumers", sent: "sluice.wake.consumers" })
}
may("api", "answers commands", { hear: "cmd.>", sent: "cmd.acme.session.open", in: "T-acme" })
may("api", "wakes the relay", { send: "sluice.wake.relay", arrivesAt: "sluice.wake.relay", in: "SLUICE" })
may("api", "puts a queued command back", { ask: "cmdq.acme.session.open", data: "{}" })
may("api", "says why a command was refused", { ask: "rej.acme.session.open", data: "{}" })
may("api", "parks a command", { ask: "parked.acme.session.open", data: "{}" })
may("api", "takes queued commands", { ask: `${api}.CONSUMER.MSG.NEXT.COMMANDS.commands`, data: batch })
may("api", "acknowledges a queued command", { send: { ackOf: "commands" }, data: "+ACK" })
may("api", "makes a subscriber's durable", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.acme-s02.evt.acme.>`,
  data: durable("acme-s02", "evt.acme.>")
})
may("api", "deletes a subscriber's durable", { ask: `${api}.CONSUMER.DELETE.EVENTS.acme-s01` })
may("operator", "looks at how much JetStream holds", { ask: `${api}.INFO` })
may("operator", "looks at any durable", { ask: `${api}.CONSUMER.INFO.EVENTS.projector` })
may("operator", "reads by a consumer that vanishes", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.reader`,
  data: create("EVENTS", { name: "reader", ack_policy: "none", mem_storage: true })
})
may("operator", "deletes a parked command", {
  ask: `${api}.STREAM.MSG.DELETE.PARKED`,
  data: JSON.stringify({ seq: 1 })
})
may("operator", "leaves a command in the queue again", { ask: "cmdq.acme.session.open", data: "{}" })

// Services and each other's.
for (const service of ["projector", "coordinator", "notification", "billing", "api", "operator"]) {
  mayNot(service, "publishes an event", { ask: evil, data: "{}" })
  mayNot(service, "deletes EVENTS", { ask: `${api}.STREAM.DELETE.EVENTS` })
  mayNot(service, "purges EVENTS", { ask: `${api}.STREAM.PURGE.EVENTS` })
}
mayNot("projector", "has JetStream's answer written into EVENTS", {
  send: `${api}.CONSUMER.INFO.EVENTS.projector`,
  reply: evil
})
mayNot("api", "has JetStream's answer written into EVENTS", {
  send: `${api}.STREAM.INFO.COMMANDS`,
  reply: evil
})
mayNot("operator", "has JetStream's answer written into EVENTS", {
  send: `${api}.STREAM.NAMES`,
  reply: evil
})
mayNot("projector", "pulls from billing's durable", { ask: `${api}.CONSUMER.MSG.NEXT.EVENTS.billing`, data: batch })
mayNot("projector", "acknowledges for billing", { send: { ackOf: "billing" }, data: "+ACK" })
mayNot("projector", "deletes billing's durable", { ask: `${api}.CONSUMER.DELETE.EVENTS.billing` })
mayNot("projector", "re-filters billing's durable", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.billing.evt.>`,
  data: refiltered("billing")
})
mayNot("projector", "makes billing's durable under its own name", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.projector.evt.>`,
  data: create("EVENTS", { durable_name: "billing", name: "billing", ack_policy: "all", filter_subject: "evt.acme.>" })
})
mayNot("projector", "re-filters its own durable by another body", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.projector.evt.>`,
  data: refiltered("projector")
})
mayNot("api", "makes the projector's durable under a slot's name", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.acme-s02.evt.acme.>`,
  data: create("EVENTS", { durable_name: "projector", ack_policy: "all", filter_subject: "evt.acme.>" })
})
mayNot("api", "deletes the projector's durable", { ask: `${api}.CONSUMER.DELETE.EVENTS.projector` })
mayNot("api", "re-filters the projector's durable", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.projector.evt.acme.>`,
  data: refiltered("projector")
})
mayNot("api", "pulls from a tenant's slot", { ask: `${api}.CONSUMER.MSG.NEXT.EVENTS.acme-s01`, data: batch })
mayNot("api", "reads messages of EVENTS", { ask: `${api}.STREAM.MSG.GET.EVENTS`, data: JSON.stringify({ seq: 1 }) })
mayNot("api", "hears how the relay is woken in the streams' account", {
  hear: "sluice.wake.relay",
  sent: "sluice.wake.relay"
})
mayNot("api", "hears events", { hear: "evt.>", sent: evil })
mayNot("operator", "pulls from the projector's durable", {
  ask: `${api}.CONSUMER.MSG.NEXT.EVENTS.projector`,
  data: batch
})
mayNot("operator", "acknowledges for the projector", { send: { ackOf: "projector" }, data: "+ACK" })
mayNot("operator", "acknowledges what a tenant's slot delivered", { send: { ackOf: "acme-s01" }, data: "+ACK" })
const named = create("EVENTS", { name: "projector", ack_policy: "all", filter_subject: "evt.acme.>" })
// Without a name in the subject, the broker changes whatever durable the body names.
for (const to of ["EVENTS", "EVENTS.projector", "EVENTS.projector.evt.acme.>"])
  mayNot("operator", `re-filters the projector's durable (${to})`, { ask: `${api}.CONSUMER.CREATE.${to}`, data: named })
mayNot("operator", "deletes the projector's durable", { ask: `${api}.CONSUMER.DELETE.EVENTS.projector` })
mayNot("operator", "purges what is parked", { ask: `${api}.STREAM.PURGE.PARKED` })
mayNot("outbox-relay", "answers commands", { hear: "cmd.>", sent: "cmd.acme.session.open", in: "T-acme" })
mayNot("outbox-relay", "leaves a command in the queue", { ask: "cmdq.acme.session.open", data: "{}" })
mayNot("outbox-relay", "deletes EVENTS", { ask: `${api}.STREAM.DELETE.EVENTS` })
mayNot("outbox-relay", "makes a durable", {
  ask: `${api}.CONSUMER.DURABLE.CREATE.EVENTS.mine`,
  data: durable("mine", "evt.>")
})
mayNot("billing", "answers commands", { hear: "cmd.>", sent: "cmd.acme.session.open", in: "T-acme" })
mayNot("billing", "hears events past its durable", { hear: "evt.>", sent: evil })
mayNot("billing", "wakes the relay", { send: "sluice.wake.relay", arrivesAt: "sluice.wake.relay", in: "SLUICE" })
mayNot("billing", "wakes the other consumers", {
  send: "sluice.wake.consumers",
  arrivesAt: "sluice.wake.consumers",
  in: "SLUICE"
})
mayNot("billing", "has its durable push commands to the door", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.billing.evt.>`,
  data: create("EVENTS", {
    durable_name: "billing",
    name: "billing",
    ack_policy: "none",
    filter_subject: "evt.>",
    deliver_subject: "cmd.globex.session.open"
  }),
  arrivesAt: "cmd.>",
  in: "SLUICE_API"
})
mayNot("api", "has a slot push commands to the door", {
  ask: `${api}.CONSUMER.CREATE.EVENTS.acme-s02.evt.acme.>`,
  data: durable("acme-s02", "evt.acme.>", { deliver_subject: "cmd.globex.session.open" }),
  arrivesAt: "cmd.>",
  in: "SLUICE_API"
})

export const table: ReadonlyArray<Row> = rows
