import { render } from 'preact'
import { App } from './app.tsx'
import { follow } from './live.ts'
import { finishSignIn, isReturning, reasonOf, signIn } from './session.ts'
import './style.css'

const root = document.getElementById('app')
if (root === null) throw new Error('Cannot show the page as index.html must have an element "app"')

/** Says what is wrong and what can be done, instead of trying for ever. */
function Problem({ text }: { text: string }) {
  return (
    <main class="alone">
      <h1>Home</h1>
      <p role="alert">{text}</p>
      <button type="button" onClick={() => void start(false)}>
        Sign in
      </button>
    </main>
  )
}

async function start(returning: boolean): Promise<void> {
  if (root === null) return
  if (!isSecureContext) {
    render(<Problem text="This page needs https, or localhost: without it the browser has no cryptography." />, root)
    return
  }
  try {
    if (!returning) return await signIn()
    const session = await finishSignIn()
    follow(session)
    render(<App session={session} />, root)
  } catch (error) {
    render(<Problem text={`Signing in did not work: ${reasonOf(error)}`} />, root)
  }
}

void start(isReturning())
