import { describe, expect, it } from "vitest"
import { addressFault, endpointIssues } from "./endpoint.rules.ts"

const out = { allowLoopback: false }
const dev = { allowLoopback: true }
const inwards = (range: string) => `leads to an address that is not public (${range})`

describe("addresses", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "9.255.255.255",
    "11.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "168.63.129.17",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e"
  ])("%s is public", (ip) => {
    expect(addressFault(ip, out)).toBeUndefined()
    expect(addressFault(ip, dev)).toBeUndefined()
  })

  it.each([
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["10.0.0.1", "private"],
    ["10.255.255.255", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "carrierGradeNat"],
    ["100.100.100.200", "carrierGradeNat"],
    ["169.254.169.254", "linkLocal"],
    ["169.254.170.2", "linkLocal"],
    ["192.0.0.192", "reserved"],
    ["192.0.2.1", "reserved"],
    ["192.88.99.1", "reserved"],
    ["198.18.0.1", "reserved"],
    ["198.19.255.255", "reserved"],
    ["198.51.100.7", "reserved"],
    ["203.0.113.7", "reserved"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.250", "multicast"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "broadcast"],
    ["168.63.129.16", "platform"],
    ["::", "unspecified"],
    ["::ffff:10.0.0.1", "private"],
    ["::ffff:a9fe:a9fe", "linkLocal"],
    ["0:0:0:0:0:ffff:192.168.0.1", "private"],
    ["::10.0.0.1", "unassigned"],
    ["::8.8.8.8", "unassigned"],
    ["::7f00:1", "unassigned"],
    ["64:ff9b::10.0.0.1", "rfc6052"],
    ["64:ff9b::8.8.8.8", "rfc6052"],
    ["64:ff9b:1::a00:1", "rfc6052"],
    ["::ffff:0:10.0.0.1", "rfc6145"],
    ["2002:a00:1::", "6to4"],
    ["2002:7f00:1::1", "6to4"],
    ["2001:0:53aa:64c:0:0:0:1", "teredo"],
    ["2001:db8::1", "reserved"],
    ["3fff::1", "reserved"],
    ["fc00::1", "uniqueLocal"],
    ["fd00:ec2::254", "uniqueLocal"],
    ["fe80::1", "linkLocal"],
    ["fe80::1%eth0", "linkLocal"],
    ["fec0::1", "deprecatedSiteLocal"],
    ["ff02::1", "multicast"],
    ["100::1", "discard"],
    ["5f00::1", "segmentRouting"],
    ["4000::1", "unassigned"],
    ["example.com", "no address"],
    ["", "no address"]
  ])("%s is not: %s", (ip, range) => {
    expect(addressFault(ip, out)).toBe(inwards(range))
    expect(addressFault(ip, dev)).toBe(inwards(range))
  })

  it.each(["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"])(
    "%s is this machine, for development alone",
    (ip) => {
      expect(addressFault(ip, out)).toBe(inwards("loopback"))
      expect(addressFault(ip, dev)).toBeUndefined()
    }
  )
})

describe("endpoints", () => {
  it.each([
    "https://example.com",
    "https://example.com:8443/hook?token=1",
    "HTTPS://EXAMPLE.COM/",
    "https://hooks.example.co.uk./a/b",
    "https://bücher.example/x",
    "https://93.184.216.34/",
    "https://[2606:4700::1111]/",
    "https://localhost.example.com"
  ])("%s is one", (url) => expect(endpointIssues(url, out)).toEqual([]))

  it.each([
    ["https://127.0.0.1/", "loopback"],
    ["https://2130706433/", "loopback"],
    ["https://0x7f000001/", "loopback"],
    ["https://0x7f.1/", "loopback"],
    ["https://0177.0.0.1/", "loopback"],
    ["https://127.1/", "loopback"],
    ["https://127.0.0.1./", "loopback"],
    ["https://①②⑦.0.0.1/", "loopback"],
    ["https://127%2E0%2E0%2E1/", "loopback"],
    ["https://0/", "unspecified"],
    ["https://017700000001/", "loopback"],
    ["https://169.254.169.254/latest/meta-data", "linkLocal"],
    ["https://0xa9fea9fe/", "linkLocal"],
    ["https://10.1/", "private"],
    ["https://192.168.257/", "private"],
    ["https://[::1]/", "loopback"],
    ["https://[::ffff:10.0.0.1]/", "private"],
    ["https://[::ffff:a00:1]/", "private"],
    ["https://[0:0:0:0:0:0:0:1]/", "loopback"],
    ["https://[64:ff9b::a00:1]/", "rfc6052"],
    ["https://[fd00::1]/", "uniqueLocal"],
    ["https://localhost/", "loopback"],
    ["https://LOCALHOST:8443/", "loopback"],
    ["https://localhost./", "loopback"],
    ["https://db.localhost/", "loopback"]
  ])("%s leads inwards: %s", (url, range) => expect(endpointIssues(url, out)).toEqual([inwards(range)]))

  const notUrl = ["must be a URL, for example https://example.com/hook"]
  const notHttps = "must start with https://"
  it.each([
    ["", notUrl],
    ["hook", notUrl],
    ["//example.com", notUrl],
    ["https://", notUrl],
    ["https://exa mple.com/", notUrl],
    ["https://example.com/a b", notUrl],
    [" https://example.com", notUrl],
    ["https://example.com/\n", notUrl],
    ["https://exam\tple.com", notUrl],
    ["https://999.1.1.1/", notUrl],
    ["https://[fe80::1%25eth0]/", notUrl],
    ["http://example.com", [notHttps]],
    ["ftp://example.com", [notHttps]],
    ["javascript:alert(1)", [notHttps, "must name a host"]],
    ["data:,x", [notHttps, "must name a host"]],
    ["https://ada@example.com", ["must not have a user name or password"]],
    ["https://:pw@example.com", ["must not have a user name or password"]],
    ["https://example.com/#", ["must not have a fragment (#)"]],
    [
      "http://a:b@10.0.0.1/#x",
      [notHttps, "must not have a user name or password", "must not have a fragment (#)", inwards("private")]
    ]
  ])("%j is none: %j", (url, issues) => expect(endpointIssues(url, out)).toEqual(issues))

  it.each([
    "http://127.0.0.1:80/",
    "http://[::1]/",
    "http://localhost:3000",
    "https://localhost",
    "http://x.localhost"
  ])("%s is one for development alone", (url) => {
    expect(endpointIssues(url, dev)).toEqual([])
    expect(endpointIssues(url, out)).not.toEqual([])
  })

  it.each([
    "http://example.com",
    "http://10.0.0.1",
    "https://10.0.0.1",
    "http://0.0.0.0",
    "http://localhost.example.com"
  ])("%s is none, for development neither", (url) => expect(endpointIssues(url, dev)).not.toEqual([]))
})
