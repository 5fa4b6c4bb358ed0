/**
 * Where a request comes from that was made inside the process, for a command of another door: its body is at hand, parsed or as
 * a text, so it needs no stream. It looks enough like a web request for `HttpServerRequest.fromWeb`.
 */
export class GivenBody {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Undefined where there is none. */
  readonly value: unknown
  /** Bytes that it took as it came. */
  readonly length: number

  constructor(given: Pick<GivenBody, "method" | "url" | "headers" | "value" | "length">) {
    this.method = given.method
    this.url = given.url
    this.headers = given.headers
    this.value = given.value
    this.length = given.length
  }

  /** As it would come over HTTP; a text that is said to be no JSON is itself. Throws where it is nested too deep to be written. */
  bytes(isJson: boolean): Buffer {
    if (this.value === undefined) return Buffer.alloc(0)
    return Buffer.from(!isJson && typeof this.value === "string" ? this.value : JSON.stringify(this.value))
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.bytes(true)).buffer
  }
}
