// The library keeps to itself what is wrong ("grant request is invalid"). Whoever writes a program reads it in the answer as well: that its
// verifier does not fit, or its clock is wrong. What is told is about the request, and never what is kept here.
import type Provider from 'oidc-provider'

/** Returns what notes the reason of a refusal, for the answer that is on its way. */
export function explainRefusals(provider: Provider): (ctx: object, reason: string | undefined) => void {
  const reasons = new WeakMap<object, string>()
  provider.use(async (ctx, next) => {
    await next()
    const reason = reasons.get(ctx)
    if (reason === undefined || typeof ctx.body?.error_description !== 'string') return
    ctx.body = { ...ctx.body, error_description: `${ctx.body.error_description}: ${reason}` }
  })
  return (ctx, reason) => {
    if (reason !== undefined) reasons.set(ctx, plain(reason))
  }
}

/** RFC 6749 §5.2: printable ASCII without quotation mark and backslash. */
const plain = (text: string): string => text.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')
