// What another server's names mean here: its scopes, clients and roles in ours. Written by whoever runs the hub, read once.
import * as v from 'valibot'
import { type DeviceId, isDeviceId } from '#contract/ids.ts'
import { decode } from '#contract/parse.ts'
import { HOME_SCOPES, ROLES, type Role, type Scope } from '#contract/scopes.ts'
import { readYamlFile } from '../yaml-file.ts'

const SCOPE_CLAIMS = ['scope', 'scp', 'permissions'] as const
export type ScopeClaim = (typeof SCOPE_CLAIMS)[number]

export interface IssuerMap {
  /** What each of its scopes or permissions allows here. */
  readonly scopes: ReadonlyMap<string, readonly Scope[]>
  /** Which of its clients are devices, and which. */
  readonly clients: ReadonlyMap<string, DeviceId>
  /** Undefined: its scopes alone say what a person may. */
  readonly roles: { readonly claim: string; readonly values: ReadonlyMap<string, Role> } | undefined
  /** Where the scopes are; the first of several that a token has. */
  readonly scopeClaims: readonly ScopeClaim[]
  /** `any`: access tokens come with the `typ` of any JWT, as before RFC 9068. */
  readonly typ: 'at+jwt' | 'any'
}

/** One of a few words; a wrong one is told which they are. */
const oneOf = <Word extends string>(words: readonly Word[]) =>
  v.pipe(
    v.string(),
    v.check((text) => words.some((word) => word === text), `it must be one of ${words.join(', ')}`),
    v.transform((text) => text as Word),
  )
const noOther = v.pipe(
  v.unknown(),
  v.check(() => false, 'there is no such setting'),
)
const table = <T>(value: v.GenericSchema<unknown, T>) => v.record(v.string(), value)

/** `device` is not given by a scope: who is a device is said by name. */
const FOR_PEOPLE = HOME_SCOPES.filter((scope) => scope !== 'device')
const scopes = v.pipe(
  v.unknown(),
  v.transform((given) => [given].flat()),
  v.array(oneOf(FOR_PEOPLE)),
)
const device = v.pipe(v.string(), v.guard(isDeviceId, 'it must be a device id such as thermostat-hall01'))
const clients = v.pipe(
  table(device),
  v.check((ids) => new Set(Object.values(ids)).size === Object.keys(ids).length, 'no two clients are one device'),
)
const roles = v.objectWithRest({ claim: v.pipe(v.string(), v.minLength(1)), values: table(oneOf(ROLES)) }, noOther)

const file = v.objectWithRest(
  {
    scopes: v.optional(table(scopes)),
    clients: v.optional(clients, {}),
    roles: v.optional(roles),
    scopeClaim: v.optional(oneOf(SCOPE_CLAIMS)),
    typ: v.optional(oneOf(['at+jwt', 'any']), 'at+jwt'),
  },
  noOther,
)

/** Throws a `ParseError` that names `at`. */
export function parseIssuerMap(input: unknown, at: string): IssuerMap {
  const read = decode(file, input, at)
  const scopes = read.scopes ?? Object.fromEntries(FOR_PEOPLE.map((name) => [name, [name]]))
  return {
    scopes: new Map(Object.entries(scopes)),
    clients: new Map(Object.entries(read.clients)),
    roles: read.roles && { claim: read.roles.claim, values: new Map(Object.entries(read.roles.values)) },
    scopeClaims: read.scopeClaim === undefined ? SCOPE_CLAIMS : [read.scopeClaim],
    typ: read.typ,
  }
}

/** Far more than a fleet's. */
const LARGEST = 4 * 1024 * 1024

/** Reads a file of YAML, and so of JSON. Throws a `UsageError` of one line that names `setting`. */
export function readIssuerMap(path: string, setting: string): IssuerMap {
  return readYamlFile(path, { setting, largest: LARGEST, mostAliases: 100 }, (input) =>
    parseIssuerMap(input ?? {}, setting),
  )
}
