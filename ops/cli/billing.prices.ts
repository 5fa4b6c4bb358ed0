import type { PriceInput } from "@sluice/contracts/billing/billing.commands"
import type { PricesView } from "@sluice/contracts/billing/billing.views"
import { TimestampInput } from "@sluice/contracts/time/time.timestamp"
import { Console, Effect, Option, Result, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { describePrices } from "./billing.lines.ts"
import { pricesIn } from "./billing.prices.file.ts"
import { failure, plainly } from "./shared/failure.ts"
import { accessFlags, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"
import { problemLines } from "./workflow.file.ts"

const decodeTime = Schema.decodeUnknownResult(TimestampInput)

const importFile = Command.make(
  "import",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("cost_models.yaml: USD per token, by provider and model")
    ),
    effectiveFrom: Flag.String("effective-from").pipe(
      Flag.withDescription("from when on the prices are in force, for example 2026-11-01T00:00:00Z")
    ),
    keep: Flag.Boolean("keep").pipe(
      Flag.withDescription("with the newest book's prices of other meters, which are left out otherwise"),
      Flag.withDefault(false)
    ),
    key: text("key", "Idempotency-Key: repeats under one key have one effect"),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ file, effectiveFrom, keep, key, ...flags }) {
    const read = yield* pricesIn(file)
    if (Result.isFailure(read)) return yield* failure(problemLines(file, read.failure))
    const time = decodeTime(effectiveFrom)
    if (Result.isFailure(time)) return yield* failure(`--effective-from ${time.failure.message}`)
    for (const field of read.success.notCarried)
      yield* Console.error(`${field} is not carried over: nothing here stands for it`)
    const client = yield* connect(flags)
    const { items } = yield* client.billing.listPrices({ headers: {}, query: { limit: 1 } })
    const others = othersOf(items[0], read.success.prices)
    const prices = [...read.success.prices, ...(keep ? others : [])]
    const headers = Option.match(key, { onNone: () => ({}), onSome: (key) => ({ "idempotency-key": key }) })
    const { body } = yield* client.billing.publishPrices({ headers, payload: { effectiveFrom: time.success, prices } })
    if (!keep)
      for (const meter of new Set(others.map(({ meter }) => meter)))
        yield* Console.error(`${meter} has no price in this book; the one before has (--keep takes it over)`)
    yield* print(flags.json, body, () => describePrices(body))
  }, plainly)
).pipe(Command.withDescription("Publish the prices in a file as a price book, to the last digit"))

/** What a book says of meters that these prices know nothing of. */
const othersOf = (book: PricesView | undefined, prices: ReadonlyArray<PriceInput>): ReadonlyArray<PriceInput> => {
  const known = new Set(prices.map(({ meter }) => meter))
  return book?.prices.filter(({ meter }) => !known.has(meter)) ?? []
}

const show = Command.make(
  "show",
  {
    version: Flag.Int("version").pipe(Flag.withDescription("which one; default: the newest"), Flag.optional),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ version, ...flags }) {
    const client = yield* connect(flags)
    const newest = Effect.map(
      client.billing.listPrices({ headers: {}, query: { limit: 1 } }),
      ({ items }): PricesView | undefined => items[0]
    )
    const book = yield* Option.isSome(version)
      ? client.billing.readPrices({ params: { version: version.value }, headers: {} })
      : newest
    if (book === undefined) return yield* failure("No price book was published yet")
    yield* print(flags.json, book, () => describePrices(book))
  }, plainly)
).pipe(Command.withDescription("Show a version of the price book"))

export const prices = Command.make("prices").pipe(
  Command.withDescription("What usage costs"),
  Command.withSubcommands([importFile, show])
)
