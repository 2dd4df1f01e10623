import { html } from 'hono/html'
import { layout, type Markup } from '../authorization/pages/layout.ts'

/** Explains, for both kinds of phones, how to trust the hub's authority and how to be sure it is the right one. */
export const trustPage = ({ fingerprint, publicUrl }: { fingerprint: string; publicUrl: URL }): Markup =>
  layout({
    title: 'Trust this home',
    body: html`<p>Your hub has no certificate from a public authority: nobody outside can vouch for a name that exists only in your
home. So it vouches for itself. Once this phone trusts it, everything between the two is encrypted and the page can be installed.</p>
<p>It can vouch for names inside your home only. It could not stand in for a bank or a shop.</p>
<div class="card">
<h2>1. Compare</h2>
<p>The terminal of the hub shows this fingerprint. If one group differs, stop: somebody is in between.</p>
<p class="fingerprint">${fingerprint.split(':').join(' ')}</p>
</div>
<div class="card">
<h2>2. iPhone and iPad</h2>
<p><a class="button" href="/trust/latchkey-ca.mobileconfig">Download the profile</a></p>
<ol>
<li>Settings › General › VPN &amp; Device Management › Latchkey hub › Install</li>
<li><strong>The step that is easily missed:</strong> Settings › General › About › Certificate Trust Settings, and switch
Latchkey on</li>
</ol>
</div>
<div class="card">
<h2>2. Android</h2>
<p><a class="button" href="/trust/latchkey-ca.crt">Download the certificate</a></p>
<ol>
<li>Settings › Security › More security settings › Encryption &amp; credentials › Install a certificate › CA certificate</li>
<li>Choose “Install anyway” and the file <em>latchkey-ca.crt</em></li>
</ol>
<p class="hint">Chrome uses it at once. Firefox asks for its own setting: Settings › About Firefox, tap the logo five times, then
Secret Settings › Use third party CA certificates.</p>
</div>
<div class="card">
<h2>3. Try it</h2>
<p><a class="button" href="${publicUrl.href}">Open ${publicUrl.host}</a></p>
<p class="hint">No warning: it worked. A warning: the phone does not trust it yet. You may go on all the same; then the page cannot be
installed and does not work offline.</p>
</div>`,
  })
