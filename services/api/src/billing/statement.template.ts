/** What a statement looks like, on a screen and on paper. Everything that comes from outside stands in two braces and is escaped. */

export const style = `
body { font-family: sans-serif; line-height: 1.4; color: #222; max-width: 52em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5em }
caption { text-align: left; font-weight: bold; padding: 0.3em 0 }
th, td { text-align: left; padding: 0.25em 0.75em 0.25em 0; border-bottom: 1px solid #ccc; overflow-wrap: anywhere }
.number { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; white-space: nowrap }
.due { font-size: 1.2em; font-weight: bold }
.open { color: #a33 }
@page { size: A4; margin: 18mm }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 10pt }
  thead { display: table-header-group }
  tr, caption { break-inside: avoid }
  caption { break-after: avoid }
}
`

export const template = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Statement {{month}} · {{tenant}}</title><style>{{{style}}}</style></head>
<body>
<h1>Statement {{month}}</h1>
<p>{{tenant}}{{#closed}} · closed {{closed}}{{/closed}}{{#isOpen}} · <strong class="open">so far: the month is not closed</strong>{{/isOpen}}</p>
{{#isEmpty}}<p>Nothing was used.</p>{{/isEmpty}}
{{#groups}}
<table>
<caption>{{heading}}</caption>
<thead><tr><th>Meter</th><th>Model</th><th>Role</th><th class="number">Quantity</th><th class="number">USD</th></tr></thead>
<tbody>
{{#lines}}<tr><td>{{meter}}</td><td>{{model}}</td><td>{{role}}</td><td class="number">{{quantity}}</td><td class="number">{{usd}}</td></tr>
{{/lines}}
</tbody>
</table>
{{/groups}}
<table>
<caption>Total</caption>
<tbody>
<tr><th>Charges, exactly</th><td class="number">{{charges}} USD</td></tr>
{{#credits}}<tr><th>Credits of the month</th><td class="number">{{credits}} USD</td></tr>{{/credits}}
<tr class="due"><th>Due</th><td class="number">{{due}} USD</td></tr>
</tbody>
</table>
{{#hasUnpriced}}
<table>
<caption>Used without a price, and not charged</caption>
<thead><tr><th>Meter</th><th>Model</th><th class="number">Quantity</th></tr></thead>
<tbody>
{{#unpriced}}<tr><td>{{meter}}</td><td>{{model}}</td><td class="number">{{quantity}}</td></tr>
{{/unpriced}}
</tbody>
</table>
{{/hasUnpriced}}
</body>
</html>
`
