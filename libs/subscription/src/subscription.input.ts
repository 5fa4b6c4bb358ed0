import {
  CreateSubscription,
  Endpoint,
  EventPattern,
  eventPatterns,
  UpdateSubscription
} from "@sluice/contracts/subscription/subscription.commands"
import { Schema, Struct } from "effect"
import { type EndpointRules, endpointIssues } from "./endpoint.rules.ts"
import { patternFault } from "./subscription.patterns.ts"

/** The bodies of the contract with the rules for endpoints and patterns beside their shape, so that decoding names every fault at once. */
export const subscriptionInput = (rules: EndpointRules) => {
  const endpoint = Endpoint.check(Schema.makeFilter((url) => endpointIssues(url, rules)))
  const types = eventPatterns(EventPattern.check(Schema.makeFilter((pattern) => patternFault(pattern))))
  return {
    create: CreateSubscription.mapFields(Struct.assign({ endpoint, types })),
    update: UpdateSubscription.mapFields(
      Struct.assign({ endpoint: Schema.optionalKey(endpoint), types: Schema.optionalKey(types) }),
      { unsafePreserveChecks: true }
    )
  }
}
