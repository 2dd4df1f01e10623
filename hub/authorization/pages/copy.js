// A button beside a text that is shown once: copies it, or selects it where the browser lets no page copy (that takes https or localhost).
for (const button of document.querySelectorAll('button[data-copies]')) {
  const field = document.getElementById(button.dataset.copies)
  const told = document.getElementById(`${field.id}-copied`)
  button.hidden = false
  button.addEventListener('click', () => copy(field, told))
}

async function copy(field, told) {
  field.focus()
  field.select()
  try {
    await navigator.clipboard.writeText(field.value)
    told.textContent = 'Copied.'
  } catch {
    // No clipboard here, or it was refused.
    told.textContent = 'It is selected: copy it with your keyboard, or hold a finger on it.'
  }
}
