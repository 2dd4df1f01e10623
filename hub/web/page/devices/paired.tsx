// Which devices are paired, and how to unpair one. Where another server lets them in: which are known, and how to forget one that is away.
import { useEffect, useRef, useState } from 'preact/hooks'
import { describeDevice, listDevices, type PairedDevice, unpairDevice } from '../api.ts'
import { called, home, link, notice } from '../live.ts'
import type { Session } from '../session.ts'

export function PairedDevices({ session }: { session: Session }) {
  const [devices, setDevices] = useState<readonly PairedDevice[]>()
  const [asking, setAsking] = useState<PairedDevice>()
  const [naming, setNaming] = useState<PairedDevice>()
  const live = link.value.phase === 'live'
  const known = [...home.value.keys()].join()

  const show = (list: readonly PairedDevice[]) => {
    setDevices(list)
    called.value = new Map(list.map(({ id, name, room }) => [id, { name, room }]))
  }

  // Read again when a device came or went.
  useEffect(() => {
    if (!live) return
    listDevices(session).then(show, () => notice('The list of devices could not be read.'))
  }, [live, known, session])

  const unpair = async (device: PairedDevice) => {
    setAsking(undefined)
    try {
      await unpairDevice(session, device.id)
      show((devices ?? []).filter(({ id }) => id !== device.id))
      notice(`${device.name} is ${session.own ? 'unpaired' : 'forgotten'}.`)
    } catch (error) {
      notice(error instanceof Error ? error.message : 'That did not work.')
    }
  }

  const describe = async (device: PairedDevice, facts: { name: string; room: string }) => {
    setNaming(undefined)
    try {
      await describeDevice(session, device.id, facts)
      show(await listDevices(session))
    } catch (error) {
      notice(error instanceof Error ? error.message : 'That did not work.')
    }
  }

  return (
    <section class="card" aria-labelledby="paired">
      <h2 id="paired">{session.own ? 'Paired devices' : 'Known devices'}</h2>
      {devices?.length === 0 && <p>None yet.{session.mayPair && ' A device that wants in shows a code.'}</p>}
      <ul class="list">
        {devices?.map((device) => (
          <li key={device.id}>
            <span>
              {device.name}
              <span class="aside">{asideOf(device)}</span>
            </span>
            {session.scopes.has('home:admin') && (
              <span class="buttons">
                {session.own && (
                  <button type="button" class="other small" disabled={!live} onClick={() => setNaming(device)}>
                    Rename<span class="unseen"> {device.name}</span>
                  </button>
                )}
                {(session.own || isAway(device)) && (
                  <button type="button" class="other small" disabled={!live} onClick={() => setAsking(device)}>
                    {session.own ? 'Unpair' : 'Forget'}
                    <span class="unseen"> {device.name}</span>
                  </button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      {session.mayPair && (
        <a class="button" href="/pair">
          Pair a device
        </a>
      )}
      {asking !== undefined && (
        <Confirm
          device={asking}
          own={session.own}
          onYes={() => void unpair(asking)}
          onNo={() => setAsking(undefined)}
        />
      )}
      {naming !== undefined && (
        <Rename device={naming} onYes={(facts) => void describe(naming, facts)} onNo={() => setNaming(undefined)} />
      )}
    </section>
  )
}

const isAway = (device: PairedDevice): boolean => {
  const state = [...home.value.values()].find(({ id }) => id === device.id)?.state
  return state === undefined || state === 'lost' || state === 'disconnected'
}

const asideOf = ({ room, pairedAt }: PairedDevice): string => {
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
  const since = pairedAt === null ? null : `since ${day.format(Date.parse(pairedAt))}`
  return [room, since].filter((part) => part !== null).join(', ')
}

function Confirm(props: { device: PairedDevice; own: boolean; onYes: () => void; onNo: () => void }) {
  const { device, own, onYes, onNo } = props
  const what = own ? 'Unpair' : 'Forget'
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onNo}>
      <h2 id="confirm-title">
        {what} {device.name}?
      </h2>
      <p>
        {own
          ? 'It is disconnected at once. Somebody has to pair it again before it can come back.'
          : 'What it said last is gone. If it is still let in where you sign in, it may come back.'}
      </p>
      <div class="actions">
        <button type="button" class="other" onClick={onNo}>
          Keep it
        </button>
        <button type="button" onClick={onYes}>
          {what}
        </button>
      </div>
    </dialog>
  )
}

function Rename(props: {
  device: PairedDevice
  onYes: (facts: { name: string; room: string }) => void
  onNo: () => void
}) {
  const { device, onYes, onNo } = props
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby="rename-title" onClose={onNo}>
      <h2 id="rename-title">What is it called?</h2>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          onYes({ name: String(form.get('name')), room: String(form.get('room')) })
        }}
      >
        <label>
          Name
          <input name="name" defaultValue={device.name} maxLength={48} required autocomplete="off" />
        </label>
        <label>
          Room
          <input name="room" defaultValue={device.room ?? ''} maxLength={32} autocomplete="off" />
        </label>
        <div class="actions">
          <button type="button" class="other" onClick={onNo}>
            Cancel
          </button>
          <button type="submit">Save</button>
        </div>
      </form>
    </dialog>
  )
}
