import { PARTITIONS } from "../event/event.stream-id.ts"
import { commandsPart } from "./asyncapi.commands.ts"
import { eventsPart } from "./asyncapi.events.ts"
import { reachable } from "./asyncapi.reachable.ts"
import type { AsyncApi } from "./asyncapi.types.ts"

/**
 * The AsyncAPI document of the doors on NATS, out of the same schemas that validate. It describes a client: what it sends
 * are commands, what it receives are events, replies and refusals.
 */

const description = `Event-sourced backend for gated work, over NATS. This document describes a client of Sluice: it **sends** commands and **receives** events.

- **Events** are CloudEvents 1.0 in JSON on \`evt.<tenant>.<category>.<event>.<partition>\`, kept in the JetStream stream EVENTS for a week; the whole history is at \`GET /v1/events\`. Each is delivered at least once, in order within its \`subject\`: skip those whose \`streamversion\` you have seen. The \`type\` names the version of \`data\`; ignore keys that you do not know.
- **Commands** are requests on \`cmd.<tenant>.<category>.<command>\`, answered as over HTTP: the header \`Sluice-Status\` is HTTP's status, the payload its body or problem (RFC 9457). Send one that stays without an answer again under the same \`Idempotency-Key\`: whether it was done is not known, and a NATS server that restarts or reads its configuration anew forgets where answers under way were to go. On \`cmdq.<tenant>.<category>.<command>\` they are left to be handled once under their \`Idempotency-Key\`; a refusal is then said on \`rej.<tenant>.<category>.<command>\`. Every command carries a token in the header \`Authorization\`.
- Schemas are JSON Schema draft-07, with formats; what a schema of a command does not say (the limits of a duration, whether a URL is reachable) the answer says.

The same commands over HTTP are described by \`/openapi.json\` and [/docs](/docs); this document is \`/asyncapi.json\`, to be read at [/docs/events](/docs/events).`

const parameters = {
  tenant: { description: "The tenant's name: that of the token, and of the NATS account.", examples: ["acme"] },
  partition: {
    description:
      "A hash of the event's subject, for sharing the work by partition; subscribe with * to have all of them.",
    enum: Array.from({ length: PARTITIONS }, (_, index) => String(index))
  }
}

const securitySchemes = {
  nkey: {
    type: "asymmetricEncryption",
    description:
      "An nkey of your user in the NATS account of your tenant: an Ed25519 key pair whose seed you keep and whose public key the server knows."
  },
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "In the header Authorization of every command; the claims are tenant, sub, roles, scope and kind."
  }
}

const servers = {
  nats: {
    host: "{host}:{port}",
    protocol: "nats",
    title: "NATS with JetStream",
    description: "Connect as a user of your tenant's account. JetStream answers there under the API prefix `sluice`.",
    variables: {
      host: { default: "localhost", description: "Where NATS is." },
      port: { default: "4222", description: "Its port for clients." }
    },
    security: [{ $ref: "#/components/securitySchemes/nkey" }]
  }
}

let made: AsyncApi | undefined

/** Made when it is first asked for, and kept. */
export const asyncApi = (): AsyncApi => {
  made ??= make()
  return made
}

const make = (): AsyncApi => {
  const [events, commands] = [eventsPart(), commandsPart()]
  const channels = { ...events.channels, ...commands.channels }
  const messages = { ...events.messages, ...commands.messages }
  const categories = new Set(Object.values(channels).flatMap(({ tags = [] }) => tags.map(({ name }) => name)))
  return {
    asyncapi: "3.0.0",
    info: { title: "Sluice", version: "1", description, tags: [...categories].map((name) => ({ name })) },
    defaultContentType: "application/json",
    servers,
    channels,
    operations: { ...events.operations, ...commands.operations },
    components: {
      schemas: reachable({ ...commands.schemas, ...events.schemas }, messages),
      messages,
      parameters,
      securitySchemes
    }
  }
}
