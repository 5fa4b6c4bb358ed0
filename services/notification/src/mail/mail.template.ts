/**
 * What a mail looks like. Everything that comes from outside stands in two braces and is escaped; what the mail says as
 * plain text is made of the same.
 */
export const template = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{subject}}</title></head>
<body style="font-family: sans-serif; line-height: 1.4; color: #222; max-width: 40em">
{{#isDigest}}<p>{{summary}}</p>{{/isDigest}}
{{#items}}
<div style="margin: 0 0 1.5em">
<p style="margin: 0"><strong>{{title}}</strong></p>
{{#lines}}<p style="margin: 0.3em 0 0">{{.}}</p>
{{/lines}}
<p style="margin: 0.3em 0 0; color: #666">{{when}}{{#needsAction}} · waits for somebody to act{{/needsAction}}</p>
{{#url}}<p style="margin: 0.3em 0 0"><a href="{{url}}">Open</a></p>{{/url}}
</div>
{{/items}}
{{#more}}<p>and {{more}} more</p>{{/more}}
<hr>
<p style="color: #666; font-size: 0.85em">You get this because e-mails for {{owner}} of {{tenant}} go to this address. <a href="{{unsubscribe}}">Stop these e-mails</a></p>
</body>
</html>
`
