/** Whose a sealed secret is: what it must be opened with (see `@sluice/secrets`). */
export const secretContext = (tenant: string, subscriptionId: string, secretId: string): string =>
  `${tenant}/${subscriptionId}/${secretId}`
