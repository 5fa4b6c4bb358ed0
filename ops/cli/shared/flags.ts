import { Option } from "effect"
import { Argument, Flag } from "effect/cli"

/** Flags that several commands share. */

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("one line of JSON for machines"),
  Flag.withDefault(false)
)

/** How to reach the API. */
export const accessFlags = {
  url: Flag.String("url").pipe(
    Flag.withDescription("the API; default: SLUICE_URL, else the running stack"),
    Flag.optional
  ),
  token: Flag.String("token").pipe(
    Flag.withDescription("as whom; default: SLUICE_TOKEN, else a developer's token of the running stack"),
    Flag.optional
  ),
  json
}

export const idArgument = Argument.String("id").pipe(Argument.withDescription("its id (a UUID)"))

/** A text that may be left out. */
export const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

/** A text that may be given several times, or not at all. */
export const texts = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${description}; may be repeated`), Flag.atLeast(0))

/** Of lists. */
export const pageFlags = {
  limit: Flag.Int("limit").pipe(Flag.withDescription("at most so many, up to 200"), Flag.withDefault(50)),
  cursor: text("cursor", "nextCursor of the page before")
}

/** What was given, under its name; nothing where it was left out. */
export const given = <const Name extends string, A>(name: Name, value: Option.Option<A>) =>
  (Option.isSome(value) ? { [name]: value.value } : {}) as { readonly [K in Name]?: A }
