// The keys that seal the credentials, and where each comes from. A TPM or the Pi's OTP key would be one more `KeySource`: asked for by
// name, and never the only way back to a working device.
import { hash, hkdfSync, randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { erase, FileError, isReadByOthers, keepAside, readWhole, writeWhole } from '#contract/files.ts'

export interface SealingKey {
  /** Source and thumbprint: `key-file:NzbLsXh8uDC`. */
  readonly kid: string
  readonly bytes: Uint8Array
}

/** A place a key may come from. */
export interface KeySource {
  readonly name: string
  /** Undefined where this machine offers none. */
  find(): Promise<SealingKey | undefined>
}

export interface KeyRing {
  /** Seals from now on. */
  readonly best: SealingKey
  /** Whichever has this name. */
  find(kid: string): SealingKey | undefined
  /** Gives up the key file where there is a better key. Call it once nothing on disk needs the file any more. */
  retire(): Promise<void>
}

export interface KeyPlaces {
  readonly folder: string
  /** `$CREDENTIALS_DIRECTORY`, where systemd's `LoadCredentialEncrypted=latchkey-kek` puts it: unswappable and read-only. */
  readonly credentialsDirectory: string | undefined
}

const CREDENTIAL = 'latchkey-kek'
const KEY_BYTES = 32
const SYSTEMD = 'systemd-credential'
const KEY_FILE = 'key-file'
const keyFile = (folder: string): string => join(folder, 'credentials.key')

export async function openKeyRing(places: KeyPlaces, clock: Clock, log: Logger): Promise<KeyRing> {
  const file = keyFile(places.folder)
  const sources = [systemdCredential(places.credentialsDirectory, log), existingKeyFile(file, clock, log)]
  const found: SealingKey[] = []
  for (const source of sources) {
    const key = await source.find()
    if (key !== undefined) found.push(key)
  }
  const [best = await createKeyFile(file, log)] = found
  return {
    best,
    find: (kid) => (kid === best.kid ? best : found.find((key) => key.kid === kid)),
    async retire() {
      if (best.kid.startsWith(`${KEY_FILE}:`)) return
      if (found.length > 1) log.info({ kid: best.kid }, 'credentials are sealed by a better key: the key file is gone')
      await erase(file)
    },
  }
}

/** What `latchkey doctor` says about how the credentials in a folder are protected. */
export async function describeProtection({ folder, credentialsDirectory }: KeyPlaces): Promise<string> {
  if (await canRead(credentialsDirectory && join(credentialsDirectory, CREDENTIAL))) {
    return `sealed by the systemd credential ${CREDENTIAL}: a leaked file or backup is of no use`
  }
  return (await canRead(keyFile(folder)))
    ? `sealed by a key file beside them: ${KEY_FILE_PROTECTS}`
    : 'not there yet: they are made at the first start'
}

const KEY_FILE_PROTECTS = 'it protects a leaked file, not a stolen card'

const canRead = async (file: string | undefined): Promise<boolean> => (await bytesOf(file)) !== undefined

const bytesOf = async (file: string | undefined): Promise<Buffer | undefined> =>
  file === undefined || file === '' ? undefined : readFile(file).catch(() => undefined)

/** Whatever keys there are, for who only looks: none is made or put aside. */
export async function peekKeys({ folder, credentialsDirectory }: KeyPlaces): Promise<readonly SealingKey[]> {
  const secret = await bytesOf(credentialsDirectory && join(credentialsDirectory, CREDENTIAL))
  const ofFile = Buffer.from((await bytesOf(keyFile(folder)))?.toString('utf8') ?? '', 'base64url')
  return [
    ...(secret !== undefined && secret.length >= KEY_BYTES ? [named(SYSTEMD, deriveKey(secret))] : []),
    ...(ofFile.length === KEY_BYTES ? [named(KEY_FILE, ofFile)] : []),
  ]
}

function systemdCredential(directory: string | undefined, log: Logger): KeySource {
  const name = SYSTEMD
  return {
    name,
    async find() {
      if (directory === undefined || directory === '') return undefined
      const file = join(directory, CREDENTIAL)
      try {
        const secret = await readFile(file)
        if (secret.length >= KEY_BYTES) return named(name, deriveKey(secret))
        log.error(
          { file, bytes: secret.length },
          `the systemd credential must have ${KEY_BYTES} bytes or more: not used`,
        )
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code !== 'ENOENT') log.error({ file, code }, 'the systemd credential cannot be read: not used')
      }
      return undefined
    },
  }
}

/** Whatever somebody took for a secret, text or bytes, becomes a key of the right length (RFC 5869). */
const deriveKey = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, '', 'latchkey credentials A256GCM', KEY_BYTES))

function existingKeyFile(file: string, clock: Clock, log: Logger): KeySource {
  const name = KEY_FILE
  return {
    name,
    async find() {
      const text = await readWhole(file)
      if (text === undefined) return undefined
      // Not passed over: a new key would be written in its place, and what it seals would be lost.
      if (isReadByOthers(await stat(file))) {
        throw new FileError(`Cannot use ${file} as nobody else may read it: set its mode with chmod 600`)
      }
      const bytes = Buffer.from(text, 'base64url')
      if (bytes.length === KEY_BYTES) return named(name, bytes)
      const keptAs = await keepAside(file, `damaged-${clock.now()}`)
      log.error({ keptAs }, 'the key file was damaged: put aside')
      return undefined
    },
  }
}

async function createKeyFile(file: string, log: Logger): Promise<SealingKey> {
  const bytes = randomBytes(KEY_BYTES)
  await writeWhole(file, bytes.toString('base64url'))
  log.info({ file }, `credentials are sealed by a key file beside them: ${KEY_FILE_PROTECTS}`)
  return named(KEY_FILE, bytes)
}

/** The thumbprint of RFC 7638, cut to what tells keys apart; of a random key it gives nothing away. */
function named(source: string, bytes: Uint8Array): SealingKey {
  const jwk = JSON.stringify({ k: Buffer.from(bytes).toString('base64url'), kty: 'oct' })
  return { kid: `${source}:${hash('sha256', jwk, 'base64url').slice(0, 16)}`, bytes }
}
