/** What the page about events looks like. What stands in two braces is escaped; in three is HTML that we made of escaped text. */

export const style = `
:root { color-scheme: light dark; --line: #d4d8dd; --soft: #f4f6f8; --dim: #5b6570; --link: #0b57a4; --mark: #a33 }
@media (prefers-color-scheme: dark) { :root { --line: #3a4149; --soft: #1d2126; --dim: #a2acb6; --link: #7db7f5; --mark: #f08a8a } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) { body { background: #14171a; color: #e3e7eb } }
a { color: var(--link) }
h1 { line-height: 1.2 } h2 { margin-top: 3rem; border-bottom: 2px solid var(--line) } h3 { margin: 2.5rem 0 .25rem }
h3, h4 { scroll-margin-top: 1rem } h4 { margin: 1.25rem 0 .25rem }
code, pre { font: .875em/1.45 ui-monospace, monospace }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; border-radius: .4rem; overflow-wrap: normal }
.address { display: inline-block; background: var(--soft); padding: .1rem .4rem; border-radius: .3rem }
.dim, th { color: var(--dim) } .mark { color: var(--mark); font-size: .8em }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: .5rem 0 } th:first-child { width: 32% } th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; font-size: .85em } td p { margin: 0 }
nav ul { columns: 16rem; padding-left: 1.1rem; margin: .25rem 0 1rem } nav li { break-inside: avoid }
.up { position: fixed; right: 1rem; bottom: 1rem; background: var(--soft); border: 1px solid var(--line); padding: .3rem .7rem; border-radius: 1rem }
summary { cursor: pointer; color: var(--link) }
@media (max-width: 40rem) {
  table, tbody, tr, td { display: block } thead { display: none }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0 } td { border: 0; padding: 0 }
}
`

const words = '{{#href}}<a href="{{href}}">{{text}}</a>{{/href}}{{^href}}{{text}}{{/href}}'

export const partials = {
  words,
  fields: `{{#hasFields}}<table><thead><tr><th>Field</th><th>Type</th><th>About</th></tr></thead><tbody>
{{#fields}}<tr><td><code>{{name}}</code>{{#required}} <span class="mark">required</span>{{/required}}</td><td>{{#type}}{{>words}}{{/type}}{{#limits}}<div class="dim">{{.}}</div>{{/limits}}</td><td>{{{about}}}</td></tr>
{{/fields}}</tbody></table>{{/hasFields}}`,
  examples: `{{#examples}}<details><summary>Example: {{name}}</summary>{{#headers}}<p class="dim">Headers</p><pre>{{headers}}</pre><p class="dim">Payload</p>{{/headers}}<pre>{{payload}}</pre></details>
{{/examples}}`
}

export const template = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{title}}: events and commands over NATS</title><style>{{{style}}}</style></head>
<body>
<header><h1>{{title}}: events and commands over NATS</h1>
{{{about}}}
</header>
<nav id="contents" aria-label="Contents">
<p><a href="#events">Events</a> · <a href="#commands">Commands</a> · <a href="#schemas">Schemas</a></p>
<details open><summary>Events</summary>{{#events}}<strong>{{category}}</strong><ul>{{#items}}<li><a href="#{{id}}">{{name}}</a></li>{{/items}}</ul>{{/events}}</details>
<details><summary>Commands</summary>{{#commands}}<strong>{{category}}</strong><ul>{{#items}}<li><a href="#{{id}}">{{name}}</a></li>{{/items}}</ul>{{/commands}}</details>
</nav>
<main>
<h2 id="events">Events</h2>
<p>Every event has the envelope <a href="#schema-event.CloudEvent">CloudEvent</a>; the tables show its <code>data</code>.</p>
{{#events}}{{#items}}
<section><h3 id="{{id}}">{{title}}</h3>
<p><code class="address">{{address}}</code></p>
{{#messages}}
<h4 id="{{id}}"><code>{{name}}</code></h4>
<p>{{{about}}}</p>
{{>fields}}
{{^hasFields}}<p class="dim">No data beside the envelope.</p>{{/hasFields}}
{{>examples}}
{{/messages}}
</section>
{{/items}}{{/events}}
<h2 id="commands">Commands</h2>
<p>Headers of a command: <a href="#schema-headers.command">headers.command</a>; of a reply: <a href="#schema-headers.reply">headers.reply</a>, of a problem <a href="#schema-headers.problem">headers.problem</a>.</p>
{{#commands}}{{#items}}
<section><h3 id="{{id}}">{{title}}</h3>
<h4><code>{{name}}</code></h4>
<p>{{{about}}}</p>
<p>Request <code class="address">{{address}}</code><br>Queue <code class="address">{{queue}}</code><br>Refusals of the queue <code class="address">{{refused}}</code></p>
{{>fields}}
{{^hasFields}}<p class="dim">The payload is empty.</p>{{/hasFields}}
<p>Answer: {{#answer}}{{>words}}{{/answer}}</p>
<details><summary>Ways to be refused</summary><ul>{{#refusals}}<li>{{>words}}</li>{{/refusals}}</ul></details>
{{>examples}}
</section>
{{/items}}{{/commands}}
<h2 id="schemas">Schemas</h2>
{{#schemas}}
<section><h3 id="{{id}}">{{name}}</h3>
{{#about}}<p>{{{about}}}</p>{{/about}}
{{#type.length}}<p>{{#type}}{{>words}}{{/type}}</p>{{/type.length}}
{{>fields}}
</section>
{{/schemas}}
</main>
<a class="up" href="#contents">↑ Contents</a>
</body>
</html>
`
