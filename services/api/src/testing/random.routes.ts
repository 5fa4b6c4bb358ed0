/** What random requests begin with: every route, and a body that it takes. */

export const ID = "{id}"
/** What else paths name, and what is close to it. */
export const NAMES: Readonly<Record<string, ReadonlyArray<string>>> = {
  "{name}": ["plan", "plan", "plan", "Pl%C3%A4ne%20", "a%2Fb", "x".repeat(101), "%00"],
  "{key}": ["A1", "A1", "A2", "B1", "Z9", "-", "a%20b", "x".repeat(65)],
  "{phase}": ["A", "A", "B", "Z", ".A", "__proto__", "constructor"]
}
export const REQUESTS: ReadonlyArray<readonly [method: string, path: string, body: object | undefined]> = [
  [
    "POST",
    "/v1/sessions",
    { role: "pm", taskId: "01a1fdc9-7a89-75fa-95df-188c3d800a4c", metadata: { a: [1, "x", null] } }
  ],
  ["PUT", `/v1/sessions/${ID}`, { status: "active", metadata: { a: 1 }, taskId: null, reason: "because" }],
  ["PUT", `/v1/sessions/${ID}`, { status: "paused" }],
  [
    "POST",
    `/v1/sessions/${ID}/usage`,
    { usageId: "u", meter: "tokens.input", quantity: 10, model: "m", at: "2026-01-31T12:00:00Z" }
  ],
  [
    "POST",
    "/v1/approvals",
    {
      subject: { type: "custom", id: "x" },
      required: [{ roles: ["pm", "cto"], count: 2 }],
      preventSelfReview: false,
      reason: "r",
      links: [{ title: "t", url: "https://example.org/a?b#c" }],
      contentHash: "h",
      expiresAt: "2999-01-01T00:00:00Z",
      escalation: { after: "PT1H", roles: ["cto"] },
      remindEvery: "P1D"
    }
  ],
  ["POST", `/v1/approvals/${ID}/decisions`, { decision: "approve", comment: "c", contentHash: "h" }],
  ["POST", `/v1/approvals/${ID}/cancel`, { reason: "r" }],
  [
    "PUT",
    "/v1/workflows/{name}",
    {
      name: "plan",
      description: "d",
      phases: [
        {
          id: "A",
          name: "a",
          order: 1,
          gate: [{ type: "metric", name: "coverage", min: 80 }],
          checkpoint: true,
          signoff: { required: [{ roles: ["pm"], count: 1 }], expiresAfter: "P1D" },
          tasks: [{ key: "A1", title: "t", dependsOn: [], estimate: "4h" }]
        },
        { id: "B", name: "b", order: 2, transitions: ["A"], terminal: true, tasks: [{ key: "B1", title: "t" }] }
      ]
    }
  ],
  ["POST", "/v1/runs", { workflow: "plan", version: 1, title: "t", deadline: "2999-01-01T00:00:00Z" }],
  ...["pause", "cancel", "fail"].map((verb) => ["POST", `/v1/runs/${ID}/${verb}`, { reason: "r" }] as const),
  ...["resume", "unstick"].map((verb) => ["POST", `/v1/runs/${ID}/${verb}`, {}] as const),
  ["POST", `/v1/runs/${ID}/tasks`, { key: "A2", title: "t", phase: "A", dependsOn: ["A1"], estimate: "2h" }],
  ...["start", "reopen"].map((verb) => ["POST", `/v1/runs/${ID}/tasks/{key}/${verb}`, {}] as const),
  ...["fail", "defer"].map((verb) => ["POST", `/v1/runs/${ID}/tasks/{key}/${verb}`, { reason: "r" }] as const),
  ["POST", `/v1/runs/${ID}/tasks/{key}/move`, { to: "elsewhere", reason: "r" }],
  ["POST", `/v1/runs/${ID}/tasks/{key}/complete`, { decisions: ["d"], risks: ["r"], notes: [], artifacts: ["a"] }],
  [
    "POST",
    `/v1/runs/${ID}/phases/{phase}/evidence`,
    { type: "doc", kind: "prd", ref: "r", title: "t", digest: "d", attributes: { coverage: 81.5, sections: ["S"] } }
  ],
  ...["validate", "unblock"].map((verb) => ["POST", `/v1/runs/${ID}/phases/{phase}/${verb}`, {}] as const),
  ...["block", "skip"].map((verb) => ["POST", `/v1/runs/${ID}/phases/{phase}/${verb}`, { reason: "r" }] as const),
  ["POST", `/v1/runs/${ID}/phases/{phase}/signoff`, { comment: "c" }],
  ["POST", `/v1/runs/${ID}/phases/{phase}/transition`, { to: "B", reason: "r", baseline: true }],
  ["POST", `/v1/runs/${ID}/checkpoints/{phase}`, { verb: "review", comment: "c" }],
  ["POST", `/v1/runs/${ID}/questions`, { text: "t", role: "pm", phase: "A", task: "A1" }],
  ["POST", `/v1/runs/${ID}/questions/${ID}/answer`, { answer: "a" }],
  ["POST", `/v1/runs/${ID}/blockers`, { text: "t", phase: "B", task: "B1" }],
  ["POST", `/v1/runs/${ID}/blockers/${ID}/resolve`, { resolution: "r" }],
  ["POST", `/v1/runs/${ID}/decisions`, { text: "t", rationale: "r", phase: "A" }],
  ["POST", `/v1/runs/${ID}/milestones`, { key: "M1", title: "t" }],
  [
    "POST",
    "/v1/subscriptions",
    { name: "n", endpoint: "https://example.com/hook?a=1", types: ["approval.*"], strictOrder: true, active: true }
  ],
  [
    "PATCH",
    `/v1/subscriptions/${ID}`,
    { name: "m", endpoint: "https://example.org", types: ["*.*"], strictOrder: false, active: true }
  ],
  ["PATCH", `/v1/subscriptions/${ID}`, { active: false }],
  ["POST", `/v1/subscriptions/${ID}/rotate-secret`, { overlapSeconds: 60 }],
  ["POST", `/v1/subscriptions/${ID}/test`, {}],
  ["POST", `/v1/subscriptions/${ID}/redeliver`, { since: "2026-01-31T12:00:00Z" }],
  ["POST", `/v1/deliveries/${ID}/redeliver`, {}],
  [
    "PUT",
    "/v1/billing/prices",
    {
      effectiveFrom: "2026-06-01T00:00:00+02:00",
      prices: [
        {
          meter: "tokens.input",
          model: "m",
          tiers: [
            { upTo: "10", price: "5" },
            { upTo: null, price: "4" }
          ]
        },
        { meter: "session.seconds", price: "1" }
      ]
    }
  ],
  ["POST", "/v1/billing/credits", { amount: "5", reason: "r" }],
  ["POST", "/v1/billing/adjustments", { amount: "-5", reason: "r", corrects: "12-1" }],
  ["POST", "/v1/billing/statements/2026-01/close", {}],
  [
    "POST",
    "/v1/billing/forecast",
    { tasks: 10, margin: 20, averages: { usage: [{ meter: "tokens.input", model: "m", quantity: 5, price: "3" }] } }
  ],
  [
    "POST",
    "/v1/budgets",
    {
      name: "n",
      scope: { type: "phase", id: "01a1fdc9-7a89-75fa-95df-188c3d800a4c/A" },
      limit: "5",
      period: "day",
      notify: ["pm"]
    }
  ],
  ["PATCH", `/v1/budgets/${ID}`, { name: "m", limit: "6", blocks: false, notify: ["pm"], active: true }],
  ...["prices", "prices/1", "ledger", "balance", "statements", "statements/2026-01", "usage?groupBy=day"].map(
    (part) => ["GET", `/v1/billing/${part}`, undefined] as const
  ),
  ["GET", "/v1/budgets", undefined],
  ["GET", `/v1/budgets/${ID}`, undefined],
  ["POST", "/v1/subscribers", { name: "crm", types: ["approval.*"] }],
  ["DELETE", "/v1/subscribers/{name}", undefined],
  ["GET", "/v1/subscribers", undefined],
  ["GET", "/v1/subscribers/{name}", undefined],
  ["GET", "/v1/subscriptions", undefined],
  ["GET", `/v1/subscriptions/${ID}`, undefined],
  ["GET", `/v1/subscriptions/${ID}/deliveries`, undefined],
  ["GET", `/v1/deliveries/${ID}`, undefined],
  ["GET", "/v1/workflows", undefined],
  ["GET", "/v1/workflows/{name}", undefined],
  ["GET", "/v1/workflows/{name}/versions/1", undefined],
  ["GET", "/v1/runs", undefined],
  ["GET", "/v1/phases", undefined],
  ["GET", `/v1/runs/${ID}`, undefined],
  ...["brief", "timeline", "context", "phases"].map((part) => ["GET", `/v1/runs/${ID}/${part}`, undefined] as const),
  [
    "PUT",
    "/v1/workflows/w",
    {
      name: "w",
      description: "d",
      phases: [
        {
          id: "a",
          name: "A",
          order: 1,
          transitions: ["b"],
          gate: [{ type: "artifact", kind: "k", sections: ["s"], minLength: 1 }, { type: "tasks-complete" }],
          checkpoint: { required: [{ roles: ["pm"], count: 1 }], expiresAfter: "P1D" },
          expectedOutputs: [{ type: "t", pattern: "p", required: true, validation: "v" }],
          tasks: [
            { key: "A1", title: "T" },
            { key: "A2", title: "T", dependsOn: ["A1"], estimate: "4h" }
          ]
        },
        { id: "b", name: "B", order: 2, checkpoint: true, terminal: true }
      ]
    }
  ],
  ["GET", "/v1/workflows", undefined],
  ["GET", "/v1/workflows/w", undefined],
  ["GET", `/v1/workflows/${ID}`, undefined],
  ["GET", "/v1/workflows/w/versions/1", undefined],
  ["GET", "/v1/sessions", undefined],
  ["GET", `/v1/sessions/${ID}`, undefined],
  ["GET", "/v1/approvals", undefined],
  ["GET", `/v1/approvals/${ID}`, undefined],
  ["GET", "/v1/audit", undefined],
  ["GET", "/v1/events", undefined]
]
