// Which devices are paired, and how to unpair one.
import { useEffect, useRef, useState } from 'preact/hooks'
import { listDevices, type PairedDevice, unpairDevice } from '../api.ts'
import { home, link, notice } from '../live.ts'
import type { Session } from '../session.ts'

export function PairedDevices({ session }: { session: Session }) {
  const [devices, setDevices] = useState<readonly PairedDevice[]>()
  const [asking, setAsking] = useState<PairedDevice>()
  const live = link.value.phase === 'live'
  const known = [...home.value.keys()].join()

  // Read again when a device came or went.
  useEffect(() => {
    if (!live) return
    listDevices(session).then(setDevices, () => notice('The list of devices could not be read.'))
  }, [live, known, session])

  const unpair = async (device: PairedDevice) => {
    setAsking(undefined)
    try {
      await unpairDevice(session, device.id)
      setDevices((list) => list?.filter(({ id }) => id !== device.id))
      notice(`${device.name} is unpaired.`)
    } catch (error) {
      notice(error instanceof Error ? error.message : 'That did not work.')
    }
  }

  return (
    <section class="card" aria-labelledby="paired">
      <h2 id="paired">Paired devices</h2>
      {devices?.length === 0 && <p>None yet. A device that wants in shows a code.</p>}
      <ul class="list">
        {devices?.map((device) => (
          <li key={device.id}>
            <span>
              {device.name}
              <span class="aside">
                since {new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(Date.parse(device.pairedAt))}
              </span>
            </span>
            {session.scopes.has('home:admin') && (
              <button type="button" class="other small" disabled={!live} onClick={() => setAsking(device)}>
                Unpair<span class="unseen"> {device.name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <a class="button" href="/pair">
        Pair a device
      </a>
      {asking !== undefined && (
        <Confirm device={asking} onYes={() => void unpair(asking)} onNo={() => setAsking(undefined)} />
      )}
    </section>
  )
}

function Confirm({ device, onYes, onNo }: { device: PairedDevice; onYes: () => void; onNo: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onNo}>
      <h2 id="confirm-title">Unpair {device.name}?</h2>
      <p>It is disconnected at once. Somebody has to pair it again before it can come back.</p>
      <div class="actions">
        <button type="button" class="other" onClick={onNo}>
          Keep it
        </button>
        <button type="button" onClick={onYes}>
          Unpair
        </button>
      </div>
    </dialog>
  )
}
