// Asks the browser for a passkey, and sends what it says with the form. No library: browsers read and write this JSON themselves
// (WebAuthn level 3 §5.1.9 and §5.1.10).
const isSupported =
  'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential && isSecureContext

for (const form of document.querySelectorAll('form[data-passkey]')) {
  const missing = document.getElementById(`${form.id}-missing`)
  if (missing) missing.hidden = isSupported
  form.hidden = !isSupported
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    prove(form).catch((error) => tell(form, sentenceFor(error)))
  })
}

async function prove(form) {
  tell(form, '')
  const fields = new URLSearchParams(new FormData(form))
  fields.set('purpose', form.dataset.passkey)
  const response = await fetch('/passkey/options', { method: 'POST', body: fields })
  const answer = await response.json()
  if (!response.ok) return tell(form, answer.problem)
  const credential =
    answer.type === 'create'
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(answer.options),
        })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(answer.options) })
  form.elements.credential.value = JSON.stringify(credential)
  form.submit()
}

function tell(form, text) {
  const problem = form.querySelector('[role=alert]')
  problem.textContent = text
  problem.hidden = text === ''
}

function sentenceFor(error) {
  if (error.name === 'NotAllowedError') return 'That was called off, or took too long. Please try once more.'
  if (error.name === 'InvalidStateError') return 'There is a passkey for this account on this device already.'
  return `The browser could not do it: ${error.message}`
}
