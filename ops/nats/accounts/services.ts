import { declaredConsumers, declaredStreams } from "../declared.ts"

/**
 * What each service may do at the broker, and nothing else. A service has an account of its own and reaches the streams' account by what is
 * imported from there: whoever may publish anything at all in an account can write to every subject of it, by naming the
 * subject as where an answer is wanted. Only the relay is in the streams' account, being who publishes there.
 */
export interface ServiceAccess {
  /** As `NATS_NKEY` is given to: the service's name, or `operator` for people at a command line. */
  readonly name: string
  readonly account: string
  /** Subjects of the streams' account it may publish to or ask. */
  readonly sends: ReadonlyArray<string>
  /** Of those, the ones that are answered more than once. */
  readonly pulls?: ReadonlyArray<string>
  /** Never, although `sends` would allow it. */
  readonly neverSends?: ReadonlyArray<string>
  /** Subjects it may hear from the streams' account. */
  readonly hears: ReadonlyArray<string>
  /** What it may hear from itself, of other instances that is. */
  readonly hearsItself?: ReadonlyArray<string>
  /** It answers requests on these, which tenants send it. */
  readonly answers?: ReadonlyArray<string>
}

/** The account of all streams, and who alone publishes events. */
export const STREAMS_ACCOUNT = "SLUICE"
export const RELAY = "outbox-relay"
/** Whose account answers commands. */
export const DOOR_ACCOUNT = "SLUICE_API"

const js = "$JS.API"
const accountOf = (name: string): string => `SLUICE_${name.toUpperCase()}`
const streamRequests = (stream: string, ...requests: ReadonlyArray<string>): ReadonlyArray<string> =>
  requests.map((request) => `${js}.STREAM.${request}.${stream}`)

/** The durables of services on EVENTS: nobody else touches them. */
const systemDurables = declaredConsumers.filter(({ stream }) => stream === "EVENTS").map((one) => one.durable_name)
const commands = declaredConsumers.find(({ stream }) => stream === "COMMANDS")
if (commands === undefined) throw new Error("ops/nats/consumers.json declares no consumer of COMMANDS")
const doorStreams = declaredStreams.map(({ name }) => name).filter((name) => name !== "EVENTS")
const onSystemDurables = (...requests: ReadonlyArray<string>): ReadonlyArray<string> =>
  systemDurables.flatMap((durable) => requests.map((request) => `${js}.CONSUMER.${request.replace("*", durable)}`))

/** A consumer of `consumers.json`: its own durable with its own filter, made, read and acknowledged by itself. */
const consumer = (name: string): ServiceAccess => {
  const declared = declaredConsumers.find((one) => one.durable_name === name)
  if (declared === undefined) throw new Error(`ops/nats/consumers.json declares no consumer ${name}`)
  const { stream, filter_subject } = declared
  return {
    name,
    account: accountOf(name),
    sends: [
      ...streamRequests(stream, "INFO"),
      `${js}.CONSUMER.INFO.${stream}.${name}`,
      `${js}.CONSUMER.CREATE.${stream}.${name}.${filter_subject}`,
      `${js}.CONSUMER.DELETE.${stream}.${name}`,
      `$JS.ACK.${stream}.${name}.>`
    ],
    pulls: [`${js}.CONSUMER.MSG.NEXT.${stream}.${name}`],
    hears: ["sluice.wake.consumers"]
  }
}

const relay: ServiceAccess = {
  name: RELAY,
  account: STREAMS_ACCOUNT,
  sends: ["evt.>", "sluice.wake.consumers", ...streamRequests("EVENTS", "INFO", "CREATE", "UPDATE", "MSG.GET")],
  hears: ["sluice.wake.relay"]
}

/** Answers commands, takes queued ones, says what became of them, and makes the durables of tenants' subscribers. */
const api: ServiceAccess = {
  name: "api",
  account: DOOR_ACCOUNT,
  sends: [
    "cmdq.>",
    "rej.>",
    "parked.>",
    "sluice.wake.relay",
    ...doorStreams.flatMap((stream) => streamRequests(stream, "INFO", "CREATE", "UPDATE")),
    ...streamRequests("EVENTS", "INFO"),
    `${js}.CONSUMER.INFO.COMMANDS.${commands.durable_name}`,
    `${js}.CONSUMER.CREATE.COMMANDS.${commands.durable_name}.${commands.filter_subject}`,
    `${js}.CONSUMER.DELETE.COMMANDS.${commands.durable_name}`,
    `$JS.ACK.COMMANDS.${commands.durable_name}.>`,
    `${js}.CONSUMER.LIST.EVENTS`,
    `${js}.CONSUMER.INFO.EVENTS.*`,
    `${js}.CONSUMER.CREATE.EVENTS.*.>`,
    `${js}.CONSUMER.DELETE.EVENTS.*`
  ],
  pulls: [`${js}.CONSUMER.MSG.NEXT.COMMANDS.${commands.durable_name}`],
  neverSends: onSystemDurables("CREATE.EVENTS.*.>", "DELETE.EVENTS.*"),
  hears: ["sluice.wake.consumers"],
  hearsItself: ["sluice.wake.relay"],
  answers: ["cmd.>"]
}

/** People at a command line: they look at everything, read events by consumers that vanish, and settle what is parked. */
const operator: ServiceAccess = {
  name: "operator",
  account: accountOf("operator"),
  sends: [
    "cmdq.>",
    `${js}.INFO`,
    `${js}.STREAM.NAMES`,
    `${js}.STREAM.LIST`,
    `${js}.STREAM.INFO.*`,
    `${js}.STREAM.MSG.GET.*`,
    `${js}.STREAM.MSG.DELETE.PARKED`,
    `${js}.CONSUMER.NAMES.*`,
    `${js}.CONSUMER.LIST.*`,
    `${js}.CONSUMER.INFO.*.*`,
    // Only with the name in the subject: without, the broker changes whatever durable the body names.
    `${js}.CONSUMER.CREATE.EVENTS.*`,
    `${js}.CONSUMER.CREATE.EVENTS.*.>`,
    `${js}.CONSUMER.DELETE.EVENTS.*`
  ],
  pulls: [`${js}.CONSUMER.MSG.NEXT.EVENTS.*`],
  neverSends: onSystemDurables("CREATE.EVENTS.*", "CREATE.EVENTS.*.>", "DELETE.EVENTS.*", "MSG.NEXT.EVENTS.*"),
  hears: []
}

/** Every service, and the operator. */
export const services: ReadonlyArray<ServiceAccess> = [relay, api, ...systemDurables.map(consumer), operator]
