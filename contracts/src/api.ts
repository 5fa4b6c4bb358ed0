import { HttpApi, OpenApi } from "effect/http-api"
import { ApprovalApi } from "./approval/approval.api.ts"
import { AuditApi } from "./audit/audit.api.ts"
import { BillingApi } from "./billing/billing.api.ts"
import { BudgetApi } from "./budget/budget.api.ts"
import { DeliveryApi } from "./delivery/delivery.api.ts"
import { FeedApi } from "./feed/feed.api.ts"
import { openAnswers } from "./http/http.answers.ts"
import { Conventions } from "./http/http.conventions.ts"
import { describeHeaders } from "./http/http.openapi.ts"
import { NotificationApi } from "./notification/notification.api.ts"
import { PreferenceApi } from "./preference/preference.api.ts"
import { PhaseApi, RunApi } from "./run/run.api.ts"
import { SessionApi } from "./session/session.api.ts"
import { SubscriberApi } from "./subscriber/subscriber.api.ts"
import { SubscriptionApi } from "./subscription/subscription.api.ts"
import { WorkflowApi } from "./workflow/workflow.api.ts"

/** Everything that Sluice serves under `/v1`. */
export class Api extends HttpApi.make("sluice")
  .add(SessionApi, WorkflowApi, RunApi, PhaseApi, ApprovalApi, AuditApi)
  .add(FeedApi)
  .add(SubscriptionApi, DeliveryApi, SubscriberApi)
  .add(NotificationApi, PreferenceApi)
  .add(BillingApi, BudgetApi)
  .middleware(Conventions)
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotate(HttpApi.ParamsParseOptions, { errors: "all" })
  .annotate(HttpApi.HeadersParseOptions, { errors: "all" })
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Sluice",
      version: "1",
      description:
        "Event-sourced backend for gated work: sessions, workflows, runs and their phases, approvals. Its events, and the same commands over NATS: [/docs/events](/docs/events), for machines `/asyncapi.json`.",
      transform: (document) => openAnswers(describeHeaders(document))
    })
  ) {}
