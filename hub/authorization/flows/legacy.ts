// Flows that OAuth's security practice (RFC 9700) discourages or forbids. They are here because programs exist that know no other; they
// are off, each is switched on by name, and each says why it was off.
import { UsageError } from '#contract/settings.ts'

export const LEGACY_FLOWS = ['implicit-token', 'password'] as const
export type LegacyFlow = (typeof LEGACY_FLOWS)[number]

/** What is wrong with each, for the warning at the start. */
export const LEGACY_REASONS: Readonly<Record<LegacyFlow, string>> = {
  'implicit-token':
    'an access token that passes through the browser can be stolen from it and be used by another program (RFC 9700 §2.1.2): use the code flow',
  password:
    'a program that is given the password can do all that its owner can, and nobody can see that it does (RFC 9700 §2.4): use the code or the device flow',
}

/** Reads `LATCHKEY_LEGACY_FLOWS`. Throws a `UsageError` that names what is unknown. */
export function readLegacyFlows(text: string | undefined): readonly LegacyFlow[] {
  const wanted = (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const flows = wanted.map((word) => {
    const flow = LEGACY_FLOWS.find((known) => known === word)
    if (flow !== undefined) return flow
    throw new UsageError(
      `Cannot use LATCHKEY_LEGACY_FLOWS (--legacy-flows) as it must list ${LEGACY_FLOWS.join(' or ')}: got ${JSON.stringify(word)}`,
    )
  })
  return [...new Set(flows)]
}
