import { v5 } from "uuid"

/** UUIDv5 namespace of what is marked. */
const MARKS = "0f2f3b0e-6b5e-5a53-9d0c-3e3a5a3c8b51"

/** Of a notification: the same whenever it is worked out again from its event (UUIDv5 of rule and audience in the event's id). */
export const notificationId = (eventId: string, rule: string, audience: { kind: string; id: string }): string =>
  v5(`${rule}/${audience.kind}/${audience.id}`, eventId)

/** Of the stream of what one actor (`<kind>/<id>`) did with a notification. */
export const markId = (notificationId: string, actor: { kind: string; id: string }): string =>
  v5(`${notificationId}/${actor.kind}/${actor.id}`, MARKS)
