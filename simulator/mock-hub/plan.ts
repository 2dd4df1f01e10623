// The answers that are still to be given, in a queue for each kind of question.
import type { PlannedAnswer, WholeAnswer } from '../answers.ts'
import { ENDPOINTS, type Endpoint, type Where } from './endpoints.ts'

/** What the real hub answered. */
export interface HonestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON as it is read, other text as it is. */
  readonly body: unknown
}

/** Asks the real hub, and makes another answer out of its answer. */
export type Alteration = (honest: HonestAnswer) => WholeAnswer

export type Planned = PlannedAnswer | Alteration

export interface Plan {
  add(where: Where, answers: readonly Planned[]): void
  /** The next answer for this question, which is used up. */
  take(endpoint: Endpoint, grantType: string | undefined): Planned | undefined
  readonly left: number
  forget(): void
}

const DEFAULT_GRANT = 'device_code'

export function createPlan(): Plan {
  const queues = new Map<string, Planned[]>()
  const queue = (endpoint: Endpoint, grantType: string | undefined): Planned[] => {
    const key = endpoint === 'token' ? `token ${grantType}` : endpoint
    const known = queues.get(key) ?? []
    queues.set(key, known)
    return known
  }
  return {
    add({ endpoint, grantType = DEFAULT_GRANT }, answers) {
      if (!ENDPOINTS.includes(endpoint))
        throw new RangeError(
          `Cannot plan an answer as its endpoint must be one of ${ENDPOINTS.join(', ')}: got ${endpoint}`,
        )
      for (const answer of answers) checkStatus(typeof answer === 'object' ? answer.status : answer)
      queue(endpoint, grantType).push(...answers)
    },
    take: (endpoint, grantType) => queue(endpoint, grantType).shift(),
    get left() {
      return [...queues.values()].reduce((sum, { length }) => sum + length, 0)
    },
    forget: () => queues.clear(),
  }
}

function checkStatus(status: unknown): void {
  if (typeof status !== 'number' || (Number.isInteger(status) && status >= 200 && status <= 599)) return
  throw new RangeError(`Cannot plan an answer as its status must be a whole number from 200 to 599: got ${status}`)
}
