// An MQTT client of a test's: it connects once, and comes back for nothing.
import mqtt from 'mqtt'

/** Rejects when the broker refuses, and has ended it then; otherwise whoever asked ends it. */
export async function connectOnce(port: number | undefined, options: mqtt.IClientOptions): Promise<mqtt.MqttClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0, ...options })
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.on('error', reject)
      client.once('close', () => reject(new Error('closed')))
    })
    return client
  } catch (error) {
    client.end(true)
    throw error
  }
}
