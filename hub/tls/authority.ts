// The hub's own certificate authority. A phone that trusts it trusts it for this home only: the root is constrained to local names and
// private addresses (RFC 5280 §4.2.1.10, critical), so not even its stolen key could stand in for a bank.
import 'reflect-metadata'
import { X509Certificate as NodeCertificate, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { AsnConvert } from '@peculiar/asn1-schema'
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509'
import * as x509 from '@peculiar/x509'
import * as v from 'valibot'
import { type Clock, dateOf } from '#contract/clock.ts'
import { readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson } from '#contract/parse.ts'
import { hours, type Instant, instant } from '#contract/time.ts'
import { LOCAL_SUBNETS } from './addresses.ts'

export interface Authority {
  readonly pem: string
  readonly der: Buffer
  /** SHA-256 of the root, `AB:CD:…`, as phones and browsers show it. */
  readonly fingerprint: string
  /** A server certificate for these names and addresses, with its key, as PEM. The root is not part of the chain. */
  issue(names: readonly string[], addresses: readonly string[]): Promise<Leaf>
}

export interface Leaf {
  readonly cert: string
  readonly key: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  readonly names: readonly string[]
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY = hours(24)
const ROOT_LIFE = DAY * 3652
/** Apple refuses more than 825 days; three months leave a month to renew. */
const LEAF_LIFE = DAY * 90
/** A phone whose clock is a little behind must not find the certificate in its future. */
const BACKDATED = hours(24)

const LOCAL_NAMES = ['local', 'home.arpa', 'localhost']

const file = v.object({ cert: v.string(), key: v.string() })

/** Opens `<folder>/authority.json`, or makes it. A damaged one is an error and never replaced: phones trust what it was. */
export async function openAuthority({
  folder,
  clock,
}: {
  readonly folder: string
  readonly clock: Clock
}): Promise<Authority> {
  const path = join(folder, 'authority.json')
  const text = await readWhole(path)
  const kept =
    text === undefined
      ? undefined
      : decodeJson(file, text, `${path} (restore it, or delete it and trust the new one on every phone)`)
  const { cert, key } = kept ?? (await createRoot(clock))
  if (kept === undefined) await writeWhole(path, JSON.stringify({ cert, key }, null, 2))
  try {
    return await toAuthority(cert, key, clock)
  } catch (cause) {
    throw new Error(
      `Cannot use ${path} as it must hold the authority's certificate and key: got something that cannot be read`,
      { cause },
    )
  }
}

async function createRoot(clock: Clock): Promise<{ cert: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=Latchkey ${randomBytes(3).toString('hex')}, O=This home only`,
    notBefore: dateOf(instant(clock.now() - BACKDATED)),
    notAfter: dateOf(instant(clock.now() + ROOT_LIFE)),
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.Extension(id_ce_nameConstraints, true, nameConstraints()),
    ],
  })
  return { cert: root.toString('pem'), key: await exportKey(keys.privateKey) }
}

function nameConstraints(): ArrayBuffer {
  const names = LOCAL_NAMES.map((dNSName) => new GeneralName({ dNSName }))
  const addresses = LOCAL_SUBNETS.map((iPAddress) => new GeneralName({ iPAddress }))
  const permitted = [...names, ...addresses].map((base) => new GeneralSubtree({ base }))
  return AsnConvert.serialize(new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) }))
}

async function toAuthority(cert: string, key: string, clock: Clock): Promise<Authority> {
  const root = new x509.X509Certificate(cert)
  const der = Buffer.from(root.rawData)
  const signingKey = await importKey(key)
  return {
    pem: root.toString('pem'),
    der,
    fingerprint: new NodeCertificate(der).fingerprint256,
    async issue(names, addresses) {
      const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])
      const issuedAt = clock.now()
      const expiresAt = instant(Math.min(issuedAt + LEAF_LIFE, root.notAfter.getTime()))
      const alternatives = [
        ...names.map((value) => ({ type: 'dns', value }) as const),
        ...addresses.filter((value) => isIP(value) !== 0).map((value) => ({ type: 'ip', value }) as const),
      ]
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: `CN=${names[0] ?? 'hub.local'}`,
        issuer: root.subject,
        notBefore: dateOf(instant(issuedAt - BACKDATED)),
        notAfter: dateOf(expiresAt),
        signingAlgorithm: EC,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
          new x509.SubjectAlternativeNameExtension(alternatives),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
        ],
      })
      return {
        cert: leaf.toString('pem'),
        key: await exportKey(keys.privateKey),
        issuedAt,
        expiresAt,
        names: [...names, ...addresses],
      }
    },
  }
}

/** RFC 5280 §4.1.2.2: positive and at most 20 octets. */
const serial = (): string => `4${randomBytes(15).toString('hex').slice(1)}`

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  return webcrypto.subtle.importKey('pkcs8', der, EC, false, ['sign'])
}
