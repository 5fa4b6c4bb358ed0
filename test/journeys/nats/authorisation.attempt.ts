import { createInbox, headers, type Msg, type NatsConnection } from "@nats-io/transport-node"
import { accountName } from "@sluice/contracts/subscriber/subscriber.names"
import { holdsWithin } from "@sluice/embedded"
import { DOOR_ACCOUNT } from "@sluice/ops/nats/accounts/services"
import { fingerprint, type Restored, tenants, type User, type World } from "./broker.world.ts"

/** Something a user tries. What is refused must change nothing and bring nothing; what is allowed must do what it says. */
export type Action = Sending | Hearing | Reaching

/** Asks and would like the answer, or sends and hears nothing back; with `reply`, the answer is meant to go there. */
export type Sending = { readonly data?: string } & (
  | { readonly ask: Subject }
  | { readonly send: Subject; readonly reply?: string }
)

/** Listens, while somebody in an account sends there: by default in the streams'. */
export interface Hearing {
  readonly hear: string
  readonly sent: string
  readonly in?: string
}

/** Asks or sends, and somebody in another account looks whether what follows arrives there. */
export type Reaching = { readonly data?: string; readonly arrivesAt: string; readonly in: string } & (
  | { readonly ask: string }
  | { readonly send: string; readonly reply?: string }
)

/** A subject, or the place to acknowledge what a durable delivered. */
export type Subject = string | { readonly ackOf: string }

export interface Outcome {
  /** It had an effect, or an answer that is none of an error. */
  readonly took: boolean
  /** What NATS complained of, or the answer's error. */
  readonly complaint: string
}

const answerWithin = 3_000
const effectWithin = 1_000

/** Tries it on a broker that has been restored, and looks what came of it. */
export const attempt = async (world: World, name: string, action: Action): Promise<Outcome> => {
  const acks = await world.restore()
  const user = await world.as(name)
  user.complaints.length = 0
  const took = await ("hear" in action
    ? hears(world, user, action)
    : "arrivesAt" in action
      ? reaches(world, user, action)
      : does(world, user, action, acks))
  return { took, complaint: user.complaints.join("; ") }
}

const does = async (world: World, user: User, action: Sending, acks: Restored): Promise<boolean> => {
  const manager = await world.streams()
  const elsewhere = await listenElsewhere(world, user.account)
  const before = await fingerprint(manager)
  const changed = async () => elsewhere.heard() > 0 || (await fingerprint(manager)) !== before
  let answered = false
  if ("ask" in action) answered = await isAnswered(user, resolve(action.ask, acks), action.data)
  else {
    user.nc.publish(
      resolve(action.send, acks),
      action.data ?? "",
      action.reply === undefined ? {} : { reply: action.reply }
    )
    await flushed(user.nc)
  }
  await settle(world)
  // What NATS has complained of has no effect that is still to come.
  const took = answered || (await holdsWithin(user.complaints.length > 0 ? 0 : effectWithin, changed))
  elsewhere.stop()
  return took
}

const hears = async (world: World, { nc }: User, action: Hearing): Promise<boolean> => {
  let heard = 0
  const subscription = nc.subscribe(action.hear, { callback: (error) => void (error === null && heard++) })
  await flushed(nc)
  const sender = await world.watcher(action.in ?? "SLUICE")
  sender.publish(action.sent, "{}")
  await flushed(sender)
  await flushed(nc)
  subscription.unsubscribe()
  return heard > 0
}

const reaches = async (world: World, user: User, action: Reaching): Promise<boolean> => {
  const there = await world.watcher(action.in)
  let arrived = 0
  const subscription = there.subscribe(action.arrivesAt, { callback: () => void arrived++ })
  await flushed(there)
  if ("ask" in action) await isAnswered(user, action.ask, action.data)
  else {
    user.nc.publish(action.send, action.data ?? "", action.reply === undefined ? {} : { reply: action.reply })
    await flushed(user.nc)
  }
  await flushed((await world.as("api")).nc)
  await settle(world)
  await flushed(there)
  subscription.unsubscribe()
  return arrived > 0
}

const resolve = (subject: Subject, acks: Restored): string =>
  typeof subject === "string" ? subject : (acks[subject.ackOf] as string)

/** Asks, and waits for an answer or NATS's complaint. Answers whether it was an answer and none of an error. */
const isAnswered = async ({ nc, complaints }: User, subject: string, data = ""): Promise<boolean> => {
  const inbox = createInbox()
  const answers: Array<Msg> = []
  const subscription = nc.subscribe(inbox, { callback: (_, message) => void answers.push(message) })
  nc.publish(subject, data, { reply: inbox })
  await flushed(nc)
  await holdsWithin(answerWithin, () => answers.length > 0 || complaints.length > 0)
  subscription.unsubscribe()
  const [answer] = answers
  const fault = answer === undefined ? undefined : faultOf(answer)
  if (fault !== undefined) complaints.push(fault)
  return answer !== undefined && fault === undefined
}

/** Whatever was sent before is done: what asks JetStream something is answered in turn, and what a stream is given is stored in turn. */
const settle = async (world: World): Promise<void> => {
  const nc = await world.watcher("SLUICE")
  await nc.request("$JS.API.STREAM.INFO.EVENTS")
  await nc.request("$JS.API.CONSUMER.INFO.EVENTS.projector")
  for (const subject of ["evt.fence.a.b.1", "cmdq.fence.a.b", "rej.fence.a.b", "parked.fence.a.b"]) {
    const impossible = headers()
    impossible.set("Nats-Expected-Last-Sequence", "999999")
    await nc.request(subject, "", { headers: impossible, timeout: 2_000 })
  }
}

/** What the deed brings into accounts other than the doer's, beside the streams'. */
const listenElsewhere = async (world: World, account: string) => {
  let heard = 0
  const others = [DOOR_ACCOUNT, ...tenants.map(accountName)].filter((one) => one !== account)
  const listeners = await Promise.all(
    others.map(async (other) => {
      const watcher = await world.watcher(other)
      const subscription = watcher.subscribe("*.>", {
        callback: (_, { subject }) => void (/^[_$]/.test(subject) || heard++)
      })
      await flushed(watcher)
      return subscription
    })
  )
  return {
    heard: () => heard,
    stop: () => {
      for (const one of listeners) one.unsubscribe()
    }
  }
}

/** JetStream's refusal, or that nobody listens, or that there is nothing to give. */
const faultOf = (answer: Msg): string | undefined => {
  const status = answer.headers?.code ?? 0
  if (status >= 400) return `${status} ${answer.headers?.description}`
  try {
    return answer.json<{ error?: { description?: string } }>().error?.description
  } catch {
    return undefined
  }
}

/** Everything sent so far has been handled, and what came of it has arrived. */
const flushed = async (nc: NatsConnection): Promise<void> => {
  await nc.flush()
  await new Promise((resolve) => setImmediate(resolve))
}
