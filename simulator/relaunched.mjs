// In a program that an old Node's launcher runs under a new one: ends with its launcher, and hears of the signals that came to that one alone.

/** A terminal's Ctrl-C reaches both; it is here before the launcher has passed it on, and seen a little later. */
const SOON = 100
const heard = new Set()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => heard.add(signal))

process.on('message', (signal) => {
  setTimeout(() => {
    // A home that is hung up on ends as politely as any other.
    const wanted = signal === 'SIGHUP' ? 'SIGTERM' : signal
    if (!heard.has(wanted)) process.kill(process.pid, wanted)
  }, SOON).unref()
})
// Killed, it could not have said so.
process.once('disconnect', () => {
  if (!heard.has('SIGTERM')) process.kill(process.pid, 'SIGTERM')
})
process.channel?.unref()
