// Bounds of the broker, all in one place. None is left at its library's default.
import { seconds } from '#contract/time.ts'

export const LIMITS = {
  /** Largest MQTT packet in bytes; our largest is a panel's description, about 4 KiB. */
  packetBytes: 64 * 1024,
  /** The same before CONNACK: a token and a will. */
  connectBytes: 16 * 1024,
  /** From the TCP handshake to CONNECT. */
  connectTime: seconds(5),
  /** A subscriber that takes nothing for this long is cut off, so that it cannot hold up the others. */
  drainTime: seconds(10),
  /** Packets that a client may send ahead of CONNACK. */
  queuedBeforeConnack: 16,
  /** QoS 2 messages that a client may leave half done (MQTT 3.1.1 §4.3.3). */
  inflightInbound: 64,
  /** Deliveries the emitter works on at a time. */
  concurrency: 100,
  topicLevels: 8,
  clientIdLength: 128,
  /** Of each listener. */
  connections: 4_000,
  /** Of one address on each listener: a household behind one router has far fewer, and others find room. */
  connectionsPerAddress: 1_000,
  /** Of one person on all their phones and programs, or of one device while it reconnects. */
  connectionsPerPrincipal: 50,
  /** Topics of its own that a device may keep on our disk. */
  retainedPerDevice: 500,
  /** Filters with a wildcard; ours have four at most. */
  wildcardsPerConnection: 100,
  /** Filters without. Home Assistant has one for each state that it shows: two for each zone of a panel. */
  topicsPerConnection: 1_000,
  heartbeat: seconds(60),
} as const
