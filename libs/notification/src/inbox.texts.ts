import type { AnyEvent } from "@sluice/contracts/event/event.registry"
import type { ApprovalMemory, Recorded, RunMemory, SubscriptionMemory } from "./inbox.memory.ts"

/** What notifications say: plain text in one line, and a body where there is more to tell. */
export interface Text {
  readonly title: string
  readonly body: string | null
}

type Of<M> = { readonly now: M }
type Run<T extends AnyEvent["type"]> = Of<RunMemory> & { readonly event: Recorded<T> }

/** Of an approval: some words, and what it is about. */
const approval =
  (title: (about: string) => string, body: (approval: ApprovalMemory) => string | null) =>
  ({ now }: Of<ApprovalMemory>): Text => ({ title: title(now.about), body: body(now) })
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const reason = (about: ApprovalMemory) => about.reason
const comment = (about: ApprovalMemory) => about.comment

export const approvalWanted = approval((about) => `Approval wanted: ${about}`, reason)
export const checkpointWaits = approval((about) => `${capital(about)} waits for somebody to say proceed`, reason)
export const signoffWanted = approval((about) => `${capital(about)} is asked for`, reason)
export const stillWanted = approval((about) => `Reminder: ${about} is still undecided`, reason)
export const escalated = approval((about) => `Escalated: ${about} is still undecided`, reason)
export const nobodyDecided = approval((about) => `Nobody decided in time: ${about}`, reason)
export const approved = approval((about) => `Approved: ${about}`, comment)
export const rejected = approval((about) => `Rejected: ${about}`, comment)

export const checkpointConfirmed = ({ now, event: { data } }: Run<"run.checkpoint-confirmed">): Text => ({
  title: `Checkpoint ${data.phase} of ${now.title} is confirmed`,
  body: data.comment
})
export const checkpointRefused = ({ now, event: { data } }: Run<"run.checkpoint-refused">): Text => ({
  title: `Checkpoint ${data.phase} of ${now.title} ${data.why === "expired" ? "expired" : `was ${data.why}`}`,
  body: data.comment
})
export const signoffRejected = ({ now, event: { data } }: Run<"run.signoff-rejected">): Text => ({
  title: `Sign-off of phase ${data.phase} of ${now.title} was rejected`,
  body: data.gaps.map(({ text }) => text).join("\n") || null
})
export const question = ({ now, event: { data } }: Run<"run.question-asked">): Text => ({
  title: `A question about ${now.title}`,
  body: data.text
})
export const runBlocked = ({ now, event: { data } }: Run<"run.blocker-raised">): Text => ({
  title: `${now.title} is blocked`,
  body: data.text
})
export const phaseBlocked = ({ now, event: { data } }: Run<"run.phase-blocked">): Text => ({
  title: `Phase ${data.phase} of ${now.title} is blocked`,
  body: data.reason
})
export const runFailed = ({ now, event: { data } }: Run<"run.failed">): Text => ({
  title: `${now.title} has failed`,
  body: data.reason
})
export const runCompleted = ({ now }: Run<"run.completed">): Text => ({
  title: `${now.title} is completed`,
  body: null
})
export const runOverdue = ({ now, event: { data } }: Run<"run.overdue">): Text => ({
  title: `${now.title} is overdue`,
  body: `It was to be done by ${data.deadline}`
})

type Budget = { readonly event: Recorded<"budget.warned" | "budget.exceeded"> }
export const budgetNear = ({ event: { data } }: Budget): Text => ({
  title: `Budget ${data.name}: 80 % are spent`,
  body: spentOf(data)
})
export const budgetReached = ({ event: { data } }: Budget): Text => ({
  title: `Budget ${data.name} is used up`,
  body: spentOf(data)
})
const spentOf = ({ spent, limit }: { readonly spent: string; readonly limit: string }): string =>
  `${cents(spent)} of ${cents(limit)} USD`
/** Whole cents of an amount in 10⁻¹⁵ USD; what is less than a cent is left out. */
const cents = (amount: string): string => {
  const whole = BigInt(amount) / 10n ** 13n
  return `${whole / 100n}.${String(whole % 100n).padStart(2, "0")}`
}

/** The endpoint is not named: it may hold a secret of its own. */
export const webhookDisabled = ({
  now,
  event: { data }
}: Of<SubscriptionMemory> & { readonly event: Recorded<"subscription.disabled"> }): Text => ({
  title: `Webhook ${now.name} was disabled`,
  body:
    data.reason === "gone" ? "Its endpoint answered 410 Gone" : `Every attempt has failed since ${data.failingSince}`
})
