// oidc-provider reads its keys only when it is made, so new keys take a new provider. All that it keeps is in the database; what was
// begun with the old one ends with it.
import type Provider from 'oidc-provider'

export interface Renewable {
  /** Stands for the newest one, its callback included: to be held for as long as the hub runs. */
  readonly provider: Provider
  /** Makes another, which answers from now on. */
  renew(): void
}

/** What is attached to a provider belongs into the making of it: here it would be lost at the next renewal. */
const ATTACHING = new Set<string | symbol>(['on', 'once', 'use', 'addListener', 'prependListener', 'registerGrantType'])

export function createRenewable(make: () => Provider): Renewable {
  let current = make()
  let answer = current.callback()
  const callback = (): ReturnType<Provider['callback']> => (request, response) => answer(request, response)

  const provider = new Proxy(current, {
    get(_first, name) {
      if (name === 'callback') return callback
      if (ATTACHING.has(name)) {
        throw new TypeError(
          `Cannot attach to a provider that is renewed as "${String(name)}" belongs into createProvider`,
        )
      }
      const value: unknown = Reflect.get(current, name, current)
      // A model is a class of its own provider and stays what it is; a method works on its provider's private parts.
      return typeof value === 'function' && !isModel(name) ? value.bind(current) : value
    },
  })
  return {
    provider,
    renew() {
      current = make()
      answer = current.callback()
    },
  }
}

const isModel = (name: string | symbol): boolean => typeof name === 'string' && /^[A-Z]/.test(name)
