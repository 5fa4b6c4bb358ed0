import { v5 } from "uuid"

/** Of the delivery of an event to a subscription: the same however often it is tried (UUIDv5 of the event's id in the subscription's). It is the `webhook-id`. */
export const deliveryId = (subscriptionId: string, eventId: string): string => v5(eventId, subscriptionId)
