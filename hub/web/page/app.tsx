import { useEffect, useState } from 'preact/hooks'
import { kindOf } from '#contract/ids.ts'
import type { DeviceModel } from '../../home/model.ts'
import { every, now } from './clock.ts'
import { PairedDevices } from './devices/paired.tsx'
import { Panel } from './devices/panel.tsx'
import { Thermostat } from './devices/thermostat.tsx'
import { Toaster } from './devices/toaster.tsx'
import { home, link, notices } from './live.ts'
import { type Session, signIn } from './session.ts'

export function App({ session }: { session: Session }) {
  const devices = [...home.value.values()].sort((a, b) => a.id.localeCompare(b.id))
  return (
    <>
      <header class="top">
        <h1>Home</h1>
        <nav class="own" aria-label="You and the household">
          {session.own && session.scopes.has('home:admin') && (
            <>
              <a href="/people">People</a>
              <a href="/programs">Programs</a>
            </>
          )}
          {session.own && <a href="/account">Account</a>}
          <SignOut session={session} />
        </nav>
      </header>
      <Connection />
      <main aria-busy={link.value.phase !== 'live'}>
        {devices.map((device) => (
          <Device key={device.id} device={device} scopes={session.scopes} />
        ))}
        {link.value.phase === 'live' && devices.length === 0 && (
          <section class="card">
            <h2>Welcome</h2>
            <p>
              Nothing is here yet.
              {session.mayPair && ' Devices that want in show a code; type it under “Pair a device”.'}
            </p>
          </section>
        )}
        <PairedDevices session={session} />
      </main>
      <div class="notices" role="status">
        {notices.value.map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
      </div>
    </>
  )
}

/** The hub ends its own session by a form; another server is gone to. */
function SignOut({ session: { own, signOut } }: { session: Session }) {
  if (!own) {
    return (
      signOut && (
        <button type="button" class="other small" onClick={signOut}>
          Sign out
        </button>
      )
    )
  }
  return (
    <form method="post" action="/sign-out">
      <button type="submit" class="other small">
        Sign out
      </button>
    </form>
  )
}

function Device({ device, scopes }: { device: DeviceModel; scopes: ReadonlySet<string> }) {
  switch (kindOf(device.id)) {
    case 'thermostat':
      return <Thermostat device={device} scopes={scopes} />
    case 'toaster':
      return <Toaster device={device} scopes={scopes} />
    case 'security':
      return <Panel device={device} scopes={scopes} />
  }
}

/** Its place is always there, so that nothing moves under a thumb when the connection comes or goes. */
function Connection() {
  const { value } = link
  const [, tick] = useState(0)
  useEffect(() => (value.phase === 'lost' ? every(1000, () => tick((n) => n + 1)) : undefined), [value.phase])
  return (
    <div class={`link ${value.phase}`}>
      <p role="status">{sentenceFor(value.phase)}</p>
      {value.phase === 'lost' && value.since !== undefined && (
        <p aria-hidden="true">Last seen {Math.round((now() - value.since) / 1000)} s ago.</p>
      )}
      {value.phase === 'signed_out' && (
        <button type="button" onClick={() => void signIn()}>
          Sign in
        </button>
      )}
    </div>
  )
}

function sentenceFor(phase: 'connecting' | 'live' | 'lost' | 'signed_out'): string {
  switch (phase) {
    case 'connecting':
      return 'Connecting …'
    case 'live':
      return 'Connected'
    case 'lost':
      return 'Not connected. What you see is old.'
    case 'signed_out':
      return 'You are signed out.'
  }
}
