import { deviceAuthorizationRequest, None, ResponseBodyError } from 'oauth4webapi'
import { expect, test } from 'vitest'
import { reasonOf } from '../../device/reason.ts'

const coded = (message: string, code: string, cause?: Error) => Object.assign(new Error(message, { cause }), { code })
const refused = (error: string, error_description?: string) =>
  new ResponseBodyError('server responded with an error in the response body', {
    cause: { error, ...(error_description !== undefined && { error_description }) },
    response: new Response(null, { status: 400 }),
  } as never)
const reasonFrom = (failing: Promise<unknown>) =>
  failing.then(
    () => undefined,
    (error: unknown) => error,
  )

test.for([
  {
    what: 'an address where nobody listens',
    error: new TypeError('fetch failed', { cause: coded('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED') }),
    says: 'nobody listens there (ECONNREFUSED)',
  },
  {
    what: 'a name that nobody has',
    error: new TypeError('fetch failed', { cause: coded('getaddrinfo ENOTFOUND hub.local', 'ENOTFOUND') }),
    says: 'no machine of this name is known (ENOTFOUND)',
  },
  {
    what: 'a broker, which names its address itself',
    error: coded('connect ECONNREFUSED 127.0.0.1:1883', 'ECONNREFUSED'),
    says: 'connect ECONNREFUSED 127.0.0.1:1883',
  },
  {
    what: 'a full disk, which says its code itself',
    error: new Error('Cannot write a.json: ENOSPC: no space left on device, write', {
      cause: coded('ENOSPC: no space left on device, write', 'ENOSPC'),
    }),
    says: 'Cannot write a.json: ENOSPC: no space left on device, write',
  },
  {
    what: 'a refusal with a description',
    error: refused('invalid_client_metadata', 'client_name must be 1 to 48 letters'),
    says: 'the hub refused it: invalid_client_metadata, client_name must be 1 to 48 letters',
  },
  {
    what: 'a server without the device flow',
    error: await reasonFrom(
      deviceAuthorizationRequest({ issuer: 'https://id.example' }, { client_id: 'x' }, None(), {}),
    ),
    says: 'the server has no device flow (RFC 8628), or it is off: its metadata names no device_authorization_endpoint',
  },
  {
    what: 'a description that moves the cursor',
    error: refused('invalid_request', '\u001b[2J'),
    says: 'the hub refused it: invalid_request',
  },
])('$what reads: $says', ({ error, says }) => {
  expect(reasonOf(error)).toBe(says)
})

test.for([
  { isPinned: false, cure: 'that is not trusted here: name the right one with --ca (SELF_SIGNED_CERT_IN_CHAIN)' },
  { isPinned: true, cure: 'reset the device, or name the hub with --hub and its authority with --ca' },
])('a certificate by another authority, pinned: $isPinned, says what to do', ({ isPinned, cure }) => {
  const error = new TypeError('fetch failed', { cause: coded('self-signed', 'SELF_SIGNED_CERT_IN_CHAIN') })
  expect(reasonOf(error, { isPinned })).toContain(cure)
})
