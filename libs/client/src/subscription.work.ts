import type { EventPattern, SluiceEvent } from "./event.types.ts"
import { pauseAfter } from "./retry.policy.ts"
import { type Held, settle } from "./subscription.message.ts"
import type { SubscribeOptions, SubscriptionProblem, Verdict } from "./subscription.options.ts"

/** Asks what to do about a problem. Nobody to ask, or no answer: what loses nothing; and the process is warned. */
export const asker =
  <P extends EventPattern>({ onProblem, durable }: Pick<SubscribeOptions<P>, "onProblem" | "durable">) =>
  async (problem: SubscriptionProblem<P>): Promise<Verdict> => {
    const otherwise: Verdict = problem.kind === "unknown-type" ? "skip" : "retry"
    if (onProblem === undefined) {
      process.emitWarning(`Subscription ${durable}: ${inWords(problem)}`, "SluiceWarning")
      return otherwise
    }
    try {
      return (await onProblem(problem)) ?? otherwise
    } catch (error) {
      process.emitWarning(`Subscription ${durable}: onProblem failed: ${String(error)}`, "SluiceWarning")
      return otherwise
    }
  }

const inWords = (problem: SubscriptionProblem): string => {
  switch (problem.kind) {
    case "handler-failed":
      return `the handler failed ${problem.attempts} times at ${problem.event.type} ${problem.event.id}: ${String(problem.error)}`
    case "unreadable":
      return `message ${problem.sequence} cannot be read: ${problem.error.message}`
    case "unknown-type":
      return `passed over an event of the unknown type ${problem.type}`
    case "broker":
      return `the broker does not deliver: ${problem.error.message}`
  }
}

interface WorkOptions<P extends EventPattern> extends SubscribeOptions<P> {
  readonly ask: (problem: SubscriptionProblem<P>) => Promise<Verdict>
  /** Called when an event is done for good. */
  readonly onDone: (item: Held) => void
  readonly stopping: AbortSignal
}

/**
 * How a message is worked on: acknowledged when its handler is through, tried again after a pause when it failed, given up
 * for good only where `onProblem` says so. Meanwhile it stays in hand, and so do the events behind it: given back to the
 * broker (`nak`), it would come again after them.
 */
export const workOn = <P extends EventPattern>(options: WorkOptions<P>) => {
  const { attempts = 5, firstPause = 200, longestPause = 30_000, ask, stopping } = options
  const done = (item: Held): undefined => {
    options.onDone(item)
    settle(item.deliveries, (message) => message.ack())
  }
  const skipped = (item: Held): undefined => {
    options.onDone(item)
    // With no reason: a nats-server before 2.10.4 does not understand one, and delivers again.
    settle(item.deliveries, (message) => message.term())
  }
  const again = (item: Held): number =>
    pauseAfter(item.failures, undefined, { firstPause, longestPause }, Math.random())

  const handle = async (item: Held, event: SluiceEvent<P>): Promise<number | undefined> => {
    const deliveries = item.deliveries.at(-1)?.info.deliveryCount ?? 1
    try {
      await options.handler(event, { signal: stopping, attempt: item.failures + 1, deliveries })
      return done(item)
    } catch (error) {
      item.failures += 1
      if (stopping.aborted || item.failures < attempts) return again(item)
      const verdict = await ask({ kind: "handler-failed", event, error, attempts: item.failures })
      return verdict === "skip" ? skipped(item) : again(item)
    }
  }

  return async (item: Held): Promise<number | undefined> => {
    const { reading, sequence } = item
    const message = item.deliveries[0] as Held["deliveries"][number]
    switch (reading.kind) {
      case "event":
        return handle(item, reading.event as SluiceEvent<P>)
      case "unknown": {
        const { type, place } = reading
        const verdict = await ask({ kind: "unknown-type", type, subject: place.subject, sequence })
        return verdict === "skip" ? done(item) : longestPause
      }
      case "unreadable": {
        item.failures += 1
        const { data, subject: natsSubject } = message
        const { error } = reading
        const verdict = await ask({ kind: "unreadable", error, natsSubject, sequence, data, attempts: item.failures })
        return verdict === "skip" ? skipped(item) : longestPause
      }
    }
  }
}
