// How the packaged agent is started: small, on a machine that has other things to do.
/** Set before Node starts. docs/install.md has what each saves. */
export const NODE_FLAGS = [
  // A young generation of one MiB: a control makes little garbage, and this is memory that is always there.
  '--max-semi-space-size=1',
  // Collected before it grows: the unit's MemoryMax is no place to find out.
  '--max-old-space-size=48',
  // WebAssembly is undici's parser alone; optimising it takes ten MiB for a few requests an hour.
  '--liftoff-only',
  // mqtt.js over WebSocket reads the address in an old way.
  '--disable-warning=DEP0169',
] as const

/** For the C library: one arena, and what is free goes back to the system. */
export const ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536', UV_THREADPOOL_SIZE: '2' } as const
