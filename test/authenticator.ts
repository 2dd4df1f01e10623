// A passkey in software: what a phone does with WebAuthn's options, and what a thief would do instead (level 3 §6).
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Lies {
  /** Where it thinks it is; the hub's own origin. */
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  /** Says that it has asked for a finger or a PIN; it has. */
  readonly verified?: boolean
  readonly counter?: number
  readonly userHandle?: string
  readonly type?: string
}

export interface Authenticator {
  readonly id: string
  /** Answers `navigator.credentials.create`. */
  create(options: CreationOptions, lies?: Lies): string
  /** Answers `navigator.credentials.get`. */
  get(options: { readonly challenge: string; readonly rpId: string }, lies?: Lies): string
  /** The same key elsewhere: from now on it counts by itself. */
  copy(): Authenticator
}

interface CreationOptions {
  readonly challenge: string
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string }
}

const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const HAS_CREDENTIAL = 0x40

export function createAuthenticator(origin: string): Authenticator {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return authenticator(origin, { privateKey, id: randomBytes(16), counter: 0, user: '' })
}

interface State {
  readonly privateKey: KeyObject
  readonly id: Buffer
  counter: number
  user: string
}

function authenticator(origin: string, state: State): Authenticator {
  const clientData = (type: string, challenge: string, lies: Lies) =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: false,
      }),
    )
  const data = (rpId: string, flags: number, lies: Lies) => {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(lies.counter ?? ++state.counter)
    const verified = lies.verified === false ? 0 : USER_VERIFIED
    const rpHash = createHash('sha256')
      .update(lies.rpId ?? rpId)
      .digest()
    return Buffer.concat([rpHash, Buffer.from([flags | USER_PRESENT | verified]), counter])
  }
  const id = state.id.toString('base64url')
  const credential = (response: object) =>
    JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response })

  return {
    id,
    create({ challenge, rp, user }, lies = {}) {
      state.user = user.id
      const { x = '', y = '' } = state.privateKey.export({ format: 'jwk' })
      const length = Buffer.alloc(2)
      length.writeUInt16BE(state.id.length)
      // RFC 9053: EC2, ES256, P-256.
      const publicKey = cborMap([
        [cborInt(1), cborInt(2)],
        [cborInt(3), cborInt(-7)],
        [cborInt(-1), cborInt(1)],
        [cborInt(-2), cborBytes(Buffer.from(x, 'base64url'))],
        [cborInt(-3), cborBytes(Buffer.from(y, 'base64url'))],
      ])
      const authData = Buffer.concat([
        ...[data(rp.id, HAS_CREDENTIAL, lies), Buffer.alloc(16), length, state.id, publicKey],
      ])
      const attestation = cborMap([
        [cborText('fmt'), cborText('none')],
        [cborText('attStmt'), cborMap([])],
        [cborText('authData'), cborBytes(authData)],
      ])
      return credential({
        clientDataJSON: clientData('webauthn.create', challenge, lies).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      })
    },
    get({ challenge, rpId }, lies = {}) {
      const authData = data(rpId, 0, lies)
      const client = clientData('webauthn.get', challenge, lies)
      const signed = Buffer.concat([authData, createHash('sha256').update(client).digest()])
      return credential({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, state.privateKey).toString('base64url'),
        userHandle: lies.userHandle ?? state.user,
      })
    },
    copy: () =>
      authenticator(origin, {
        ...state,
        privateKey: createPrivateKey(state.privateKey.export({ format: 'pem', type: 'pkcs8' })),
      }),
  }
}

/** RFC 8949, as far as WebAuthn needs it here. */
function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 256) return Buffer.from([(major << 5) | 24, value])
  return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff])
}
const cborInt = (value: number) => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value))
const cborBytes = (value: Buffer) => Buffer.concat([cborHead(2, value.length), value])
const cborText = (value: string) => Buffer.concat([cborHead(3, value.length), Buffer.from(value)])
const cborMap = (entries: readonly (readonly [Buffer, Buffer])[]) =>
  Buffer.concat([cborHead(5, entries.length), ...entries.flat()])
