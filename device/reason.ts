// Why something failed, as a person may read it. Apart from what speaks OAuth: the product needs this before any network.
const FOREIGN_AUTHORITY = 'the hub’s certificate is by an authority that is not the pinned one, or that nobody trusts'
/** What TLS means by its codes, and what a person can do about it. */
const TLS_WORDS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: FOREIGN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: FOREIGN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: FOREIGN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: FOREIGN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: FOREIGN_AUTHORITY,
  CERT_NOT_YET_VALID: 'the hub’s certificate is not valid yet: this device’s clock is behind, and is waited for',
  CERT_HAS_EXPIRED: 'the hub’s certificate has expired, or this device’s clock is ahead',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the hub’s certificate is for another name',
}

/** Why something failed, in a few words and without the body: that may hold a token. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure'
  const { cause } = error
  const code = codeIn(cause) ?? codeIn(error)
  const words = code === undefined ? undefined : TLS_WORDS[code]
  if (words !== undefined) return `${words} (${code})`
  return cause instanceof Error && code !== undefined ? `${error.message} (${code})` : error.message
}

const codeIn = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
