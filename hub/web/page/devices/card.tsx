// The frame of a device: its name, whether it is there, and whether what is shown is true now.
import type { ComponentChildren } from 'preact'
import type { DeviceModel } from '../../../home/model.ts'
import { called, link } from '../live.ts'

/** Whether the device can be given commands: we are connected, and so is it. */
export const isReachable = (device: DeviceModel): boolean => link.value.phase === 'live' && device.state === 'ready'

export function Card({ device, kind, children }: { device: DeviceModel; kind: string; children: ComponentChildren }) {
  const title = `title-${device.id}`
  const reachable = isReachable(device)
  const own = called.value.get(device.id)
  return (
    <section class={`card ${kind} ${reachable ? '' : 'stale'}`} aria-labelledby={title}>
      <header>
        <h2 id={title}>{own?.name ?? device.name ?? device.id}</h2>
        {own?.room && <p class="aside">{own.room}</p>}
        {device.state !== 'ready' && <p class="badge">{device.state === 'init' ? 'Starting' : 'Offline'}</p>}
      </header>
      {device.state !== 'ready' && <p class="hint">What is shown is what it said last.</p>}
      {children}
    </section>
  )
}

export function Hint({ children }: { children: ComponentChildren }) {
  return <p class="hint">{children}</p>
}
