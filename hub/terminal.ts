// What a person needs to know of a hub that has started. Pure: facts in, lines out.
import type { TrustFacts } from './tls/certificates.ts'

interface Facts {
  readonly publicUrl: URL
  readonly signInAt?: string | undefined
  readonly ownerLink: URL | undefined
  readonly trust: TrustFacts | undefined
  readonly mqttPort: number | undefined
  readonly mqttsPort: number | undefined
}

export function formatHub({ publicUrl, signInAt, ownerLink, trust, mqttPort, mqttsPort }: Facts, json = false): string {
  if (json) {
    const { page, fingerprint } = trust ?? {}
    return JSON.stringify({
      ...{ event: 'ready', url: publicUrl.href, mqttPort, mqttsPort, fingerprint },
      signInAt,
      ownerLink: ownerLink?.href,
      trustPage: page?.href,
    })
  }
  const lines = [`The page  ${publicUrl.href}`]
  if (signInAt !== undefined) lines.push(`Who may come in, says  ${signInAt}`)
  if (trust !== undefined) {
    if (trust.page !== undefined) lines.push(`On a phone, first  ${trust.page.href}`)
    lines.push('Fingerprint of its authority, to compare:', ...fingerprintLines(trust.fingerprint))
  }
  if (ownerLink !== undefined) {
    lines.push('', 'Nobody lives here yet. Make the owner with this link; it works once:', `  ${ownerLink.href}`)
  }
  return lines.join('\n')
}

/** Two lines of sixteen groups fit 80 columns. */
const fingerprintLines = (fingerprint: string): readonly string[] => {
  const groups = fingerprint.split(':')
  return [groups.slice(0, 16), groups.slice(16)].map((half) => `  ${half.join(' ')}`)
}
