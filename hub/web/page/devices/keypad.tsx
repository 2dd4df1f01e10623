// Asks for the panel's code. It lives in this component until it is sent, and nowhere else.
import { useEffect, useRef, useState } from 'preact/hooks'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '⌫', '0'] as const
const LONGEST = 8

export function Keypad({ onCode, onCancel }: { onCode: (code: string) => void; onCancel: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [code, setCode] = useState('')
  useEffect(() => dialog.current?.showModal(), [])

  const press = (key: string) => setCode((held) => (key === '⌫' ? held.slice(0, -1) : (held + key).slice(0, LONGEST)))

  return (
    <dialog ref={dialog} aria-labelledby="keypad-title" onClose={onCancel} onCancel={onCancel}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (code !== '') onCode(code)
        }}
      >
        <h2 id="keypad-title">Code of the panel</h2>
        <input
          type="password"
          inputMode="none"
          autocomplete="off"
          aria-label="Code"
          value={code}
          onInput={(event) => setCode(event.currentTarget.value.replace(/\D/g, '').slice(0, LONGEST))}
        />
        <div class="keys">
          {KEYS.map((key) => (
            <button
              type="button"
              class="other"
              key={key}
              aria-label={key === '⌫' ? 'Delete' : key}
              onClick={() => press(key)}
            >
              {key}
            </button>
          ))}
          <button type="submit" disabled={code === ''}>
            OK
          </button>
        </div>
        <button type="button" class="other" onClick={onCancel}>
          Cancel
        </button>
      </form>
    </dialog>
  )
}
