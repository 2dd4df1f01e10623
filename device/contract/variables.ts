// Every environment variable of every program: what begins so and is none of them is a mistake, whichever program meets it. The tables of
// settings are typed by this list; a test proves that nothing in it is read by nobody.
const VARIABLES = [
  'LATCHKEY_AUDIENCE',
  'LATCHKEY_BOARD',
  'LATCHKEY_BROKER',
  'LATCHKEY_CA',
  'LATCHKEY_CLIENT_ID',
  'LATCHKEY_CLIENT_SECRET_FILE',
  'LATCHKEY_CONFIG',
  'LATCHKEY_DATA',
  'LATCHKEY_DEVICE_ID',
  'LATCHKEY_DPOP',
  'LATCHKEY_HTTP',
  'LATCHKEY_HUB',
  'LATCHKEY_ISSUER',
  'LATCHKEY_ISSUER_MAP',
  'LATCHKEY_KEEP_EVENTS',
  'LATCHKEY_LEGACY_FLOWS',
  'LATCHKEY_LOG',
  'LATCHKEY_MQTT',
  'LATCHKEY_MQTTS',
  'LATCHKEY_NAME',
  'LATCHKEY_OWNER_NAME',
  'LATCHKEY_OWNER_PASSWORD',
  'LATCHKEY_PAGE_CLIENT_ID',
  'LATCHKEY_PAIRING_IMAGE',
  'LATCHKEY_PUBLIC_URL',
  'LATCHKEY_SCOPE',
  'LATCHKEY_SIGN_IN',
  'LATCHKEY_TLS',
  'LATCHKEY_TLS_CERT',
  'LATCHKEY_TLS_KEY',
] as const

export type Variable = (typeof VARIABLES)[number]

const known: ReadonlySet<string> = new Set(VARIABLES)

/** Kubernetes tells every container of a service called `latchkey…` where it is, in variables of these forms. */
const OF_SERVICE = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=|_PORT=\w+:\/\//

/** What is wrong with the environment, in one line, and what may have been meant. A variable that is empty is one that is not set. */
export function findUnknownVariable(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const [name] =
    Object.entries(env).find(
      ([name, value = '']) =>
        /^LATCHKEY_/i.test(name) && value !== '' && !known.has(name) && !OF_SERVICE.test(`${name}=${value}`),
    ) ?? []
  if (name === undefined) return undefined
  const meant = nearestTo(name.toUpperCase())
  return `Unknown environment variable ${name}: ${meant === undefined ? 'no program of Latchkey reads it' : `did you mean ${meant}?`}`
}

/** Two mistakes are a slip, but half of a short word. */
function nearestTo(name: string): Variable | undefined {
  const length = name.length - 'LATCHKEY_'.length
  const near = VARIABLES.map((variable) => ({ variable, mistakes: mistakesBetween(name, variable) }))
    .filter(({ mistakes }) => mistakes <= Math.min(2, Math.ceil(length / 2)))
    .toSorted((one, other) => one.mistakes - other.mistakes)
  return near[0]?.variable
}

/** Letters that are missing, too many, or others (Levenshtein's distance). */
function mistakesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (const [at, wanted] of [...other].entries()) {
      const replaced = (row[at] ?? 0) + (letter === wanted ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
