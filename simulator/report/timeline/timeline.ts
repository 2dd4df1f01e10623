// A run as one HTML page that needs nothing else: it opens from a file, from a mail, from the artefacts of a job.

import type { Report } from '../report.ts'
import { CHECK_SIGNS, OUTCOME_WORDS } from '../words.ts'
import { escapeXml } from '../xml.ts'
import { formatFacts, formatVerdicts } from './head.ts'
import { hashSource, readScript, readStyle } from './inline.ts'
import { pack } from './pack.ts'

export function formatTimeline(report: Report): string {
  const { name, story, outcome } = report
  const [script, style] = [readScript(), readStyle()]
  const policy = `default-src 'none'; script-src ${hashSource(script)}; style-src ${hashSource(style)}; base-uri 'none'; form-action 'none'`
  const title = escapeXml(name)
  const sign = outcome === 'passed' ? CHECK_SIGNS.passed : CHECK_SIGNS.failed
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${sign} ${title}</title>
<style>${style}</style>
</head>
<body>
<header class="top">
<p class="outcome ${outcome}"><span aria-hidden="true">${sign}</span> ${OUTCOME_WORDS[outcome]}</p>
<h1>${title}</h1>
${story === undefined ? '' : `<p class="story">${escapeXml(story)}</p>`}
${formatFacts(report)}
</header>
<main>
<section class="verdicts" aria-label="Checks">
${formatVerdicts(report)}
</section>
<noscript><p class="note">The timeline and the messages are drawn by a script, which is switched off here.</p></noscript>
<section id="timeline" aria-label="Timeline" hidden>
<div class="bar">
<div class="tools" role="group" aria-label="What is shown">
<button type="button" id="earlier" aria-label="Earlier" title="Earlier">◀</button>
<button type="button" id="later" aria-label="Later" title="Later">▶</button>
<button type="button" id="closer" aria-label="Closer" title="Closer (+)">+</button>
<button type="button" id="wider" aria-label="Wider" title="Wider (−)">−</button>
<button type="button" id="whole" title="Everything (0)">Whole run</button>
<button type="button" id="previous" title="The mark before (Page Up)">Previous mark</button>
<button type="button" id="next" title="The mark after (Page Down)">Next mark</button>
</div>
<output id="readout" aria-live="off"></output>
</div>
<div id="chart"></div>
<details class="help"><summary>Keys and gestures</summary>
<p>Drag to move, pinch or turn the wheel to come closer (the wheel once the chart has been clicked, or with Ctrl). With the keyboard:
<kbd>←</kbd> <kbd>→</kbd> move the cursor, with <kbd>Shift</kbd> the chart; <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> closer, wider,
everything; <kbd>Page Up</kbd> <kbd>Page Down</kbd> go from mark to mark; <kbd>Home</kbd> <kbd>End</kbd> to the start and the end.</p>
</details>
</section>
<section id="messages" aria-labelledby="messages-title" hidden>
<h2 id="messages-title">Messages</h2>
<div class="filters">
<label>Find <input type="search" id="find" autocomplete="off" spellcheck="false" placeholder="in topic, sender and payload"></label>
<label>From <select id="sender"><option value="">everybody</option></select></label>
</div>
<p id="count" role="status"></p>
<table>
<thead><tr><th scope="col">Time</th><th scope="col">From</th><th scope="col">Topic</th><th scope="col">Payload</th></tr></thead>
<tbody id="rows"></tbody>
</table>
<button type="button" id="more" hidden>Show more</button>
</section>
</main>
<script type="application/json" id="report">${formatData(pack(report))}</script>
<script>${script}</script>
</body>
</html>
`
}

/** JSON that cannot end the element it stands in: without `<` there is neither `</script>` nor `<!--` (HTML §4.12.1.3). */
const formatData = (data: unknown): string => JSON.stringify(data).replaceAll('<', '\\u003c')
