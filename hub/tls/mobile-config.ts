// How an iPhone takes the hub's authority: as a configuration profile, which it asks about once.
import { hash } from 'node:crypto'
import type { Authority } from './authority.ts'

/**
 * An Apple configuration profile that carries the root. Its ids come from the certificate: installing it twice replaces the first.
 */
export function mobileConfig({ der, fingerprint }: Authority): string {
  const [outer, inner] = [uuid(`profile ${fingerprint}`), uuid(`certificate ${fingerprint}`)]
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadCertificateFileName</key><string>latchkey-ca.crt</string>
      <key>PayloadContent</key><data>${der.toString('base64')}</data>
      <key>PayloadDescription</key><string>Lets this phone trust the hub of your home, and nothing else.</string>
      <key>PayloadDisplayName</key><string>Latchkey hub</string>
      <key>PayloadIdentifier</key><string>app.latchkey.hub.${inner}</string>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadUUID</key><string>${inner}</string>
      <key>PayloadVersion</key><integer>1</integer>
    </dict>
  </array>
  <key>PayloadDisplayName</key><string>Latchkey hub</string>
  <key>PayloadIdentifier</key><string>app.latchkey.hub</string>
  <key>PayloadRemovalDisallowed</key><false/>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadUUID</key><string>${outer}</string>
  <key>PayloadVersion</key><integer>1</integer>
</dict>
</plist>
`
}

function uuid(text: string): string {
  const digits = hash('sha256', text).slice(0, 32).toUpperCase()
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
