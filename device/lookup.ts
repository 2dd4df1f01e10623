import type { TcpNetConnectOpts } from 'node:net'

/** Finds the address of a host name instead of DNS, as `net.connect` takes it. */
export type Lookup = NonNullable<TcpNetConnectOpts['lookup']>
