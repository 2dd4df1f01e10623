import { expect, test } from 'vitest'
import { AUDIENCE } from '#contract/scopes.ts'
import { minutes } from '#contract/time.ts'
import { type AccessTokenClaims, AdmissionError } from '../../../hub/authorization/access-token.ts'
import { createAdmission } from '../../../hub/broker/admission.ts'

/** A bound token whose grant stands until `end` is called. */
function createGrant() {
  let isAlive = true
  const exp = minutes(10) / 1000
  const claims: AccessTokenClaims = {
    ...{ iss: 'http://localhost', aud: AUDIENCE, sub: 'robin', client_id: 'latchkey-page', grant_id: 'g-1' },
    ...{ scope: 'home:read', role: 'owner', iat: 0, exp, cnf: { jkt: 'x' } },
  }
  return {
    end() {
      isAlive = false
    },
    verifier: {
      async verify() {
        if (!isAlive) throw new AdmissionError('revoked', 'its grant was ended')
        return claims
      },
    },
  }
}
const approach = { proof: 'x', method: 'CONNECT', url: 'http://localhost/mqtt' }

test('who is put out while their proof is looked at does not come in', async () => {
  const { end, verifier } = createGrant()
  const admission = createAdmission(verifier, {
    async check() {
      end()
    },
  })
  await expect(admission.admit('a token', approach)).rejects.toMatchObject({ code: 'revoked' })
})

test('a grant that stands is let in, and counted as its program and person', async () => {
  const names: string[] = []
  const admission = createAdmission(createGrant().verifier, {
    async check(_shown, { name }) {
      names.push(name)
    },
  })
  expect(await admission.admit('a token', approach)).toMatchObject({ grantId: 'g-1', boundTo: 'x' })
  expect(names).toEqual(['["latchkey-page","robin"]'])
})
