// The hub says itself who may come in: accounts, pairing, programs and app passwords, by an authorization server of its own.
import { type Authorization, type AuthorizationOptions, createAuthorization } from '../authorization/authorization.ts'
import { createProofs } from '../authorization/dpop.ts'
import { openKeys } from '../authorization/keys/keys.ts'
import { admitAppPasswords, createAdmission } from '../broker/admission.ts'
import type { Broker } from '../broker/broker.ts'
import { answerFor } from '../control/answers.ts'
import { openBeside } from '../store/database.ts'
import { keepIssuer } from '../store/issuer.ts'
import { createWeb } from '../web/web.ts'
import type { Door } from './door.ts'

/** What the authorization server is given; the rest of it is made here. */
type OwnDoorOptions = Omit<AuthorizationOptions, 'issuer' | 'beside' | 'keys'> & {
  /** The hub's own part of the data folder. */
  readonly folder: string
  readonly publicUrl: URL
}

export async function openOwnDoor(options: OwnDoorOptions): Promise<Door> {
  const { folder, publicUrl, database, clock, log } = options
  await using began = new AsyncDisposableStack()
  const beside = began.adopt(openBeside(database), (opened) => opened.close())
  const keys = await openKeys(folder, { clock, tokenLifetime: options.accessTokenLifetime })
  const authorization = createAuthorization({ ...options, issuer: publicUrl, beside, keys })
  began.use(authorization.audit)
  const { accounts, appPasswords, audit, followKeys, ownerKey, verifier } = authorization
  const admission = admitAppPasswords(appPasswords.find, createAdmission(verifier, createProofs(clock)))

  const running = began.move()
  return {
    admission,
    signInAt: undefined,
    get ownerLink() {
      return accounts.hasOwner() ? undefined : new URL(`/setup#${ownerKey.text}`, publicUrl)
    },
    open({ broker, host, page, isReady }) {
      keepIssuer(database, publicUrl, log)
      const isConnected = (appPassword: string) => broker.connections().some(({ grantId }) => grantId === appPassword)
      const endTokens = () => {
        for (const { credential, grantId } of broker.connections()) {
          if (credential === 'access_token') broker.endGrant(grantId)
        }
      }
      const web = createWeb({
        ...{ authorization, admission, host, page, isReady, isConnected, clock, log },
        unpair: (id) => unpair(id, authorization, broker),
      })
      return { web, answer: answerFor({ accounts, appPasswords, audit, keys, isConnected, followKeys, endTokens }) }
    },
    sweep: authorization.sweep,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Puts a device out: what it could do ends first, then its connection, then what is known of it. */
async function unpair(id: string, { devices }: Authorization, broker: Broker): Promise<boolean> {
  const device = devices.find(id)
  if (device?.pairedAt === undefined) return false
  for (const grant of devices.remove(id)) broker.endGrant(grant)
  await broker.removeDevice(device.id)
  return true
}
