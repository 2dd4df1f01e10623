// An automation that somebody runs beside their hub: while the panel is armed for the night, the thermostat sleeps.
const STATE = 'homie/5/+/panel/state'
const PRESET = 'homie/5/+/climate/preset'

/** Listens on an MQTT client that may read the home and control its climate. */
export async function watchNights(client) {
  let thermostat
  let isNight = false
  client.on('message', (topic, payload) => {
    const [, , device, node] = topic.split('/')
    if (node === 'climate') {
      thermostat = device
      return
    }
    const wasNight = isNight
    isNight = String(payload) === 'armed_night'
    if (isNight === wasNight || thermostat === undefined) return
    client.publish(`homie/5/${thermostat}/climate/preset/set`, isNight ? 'sleep' : 'none', { qos: 1 })
  })
  await client.subscribeAsync([STATE, PRESET], { qos: 1 })
}
