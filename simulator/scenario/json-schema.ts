// The schema of a scenario for editors and other programs: JSON Schema from the one schema there is.
import { toJsonSchema } from '@valibot/to-json-schema'
import { scenarioSchema } from './schema.ts'

/** JSON Schema draft 2020-12, ended by a newline. What only code can check (conditions, times) is a plain string there. */
export function formatSchema(): string {
  const schema = toJsonSchema(scenarioSchema, { target: 'draft-2020-12', errorMode: 'ignore' })
  return `${JSON.stringify({ title: 'A Latchkey scenario', ...schema }, undefined, 2)}\n`
}
