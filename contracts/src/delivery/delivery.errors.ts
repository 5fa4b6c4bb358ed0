import { Schema } from "effect"

export class DeliveryNotFound extends Schema.TaggedError<DeliveryNotFound>()("DeliveryNotFound", {
  deliveryId: Schema.String
}) {
  override get message(): string {
    return `Delivery ${this.deliveryId} not found`
  }
}

/** Only what has ended can be made again. */
export class DeliveryPending extends Schema.TaggedError<DeliveryPending>()("DeliveryPending", {
  deliveryId: Schema.String
}) {
  override get message(): string {
    return "The delivery is still being tried"
  }
}
