import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { createHttp } from '../../../device/oauth/http.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

/** A hub that takes the request and says nothing. */
const mute = (): Promise<URL> => serve(() => {})

async function serve(answer: RequestListener): Promise<URL> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

test('who is told to stop waits for no answer, and asks for none any more', async () => {
  const url = await mute()
  const stop = new AbortController()
  await using http = createHttp({ clock: new VirtualClock(), signal: stop.signal })
  const asked = http.fetch(url.href, {})
  const given = expect(asked).rejects.toThrow('the agent stops')
  stop.abort(new Error('the agent stops'))
  await given
  await expect(http.fetch(url.href, {})).rejects.toThrow('the agent stops')
})

test('an answer that does not come is given up after ten seconds of the device’s clock', async () => {
  const url = await mute()
  const clock = new VirtualClock()
  await using http = createHttp({ clock, signal: new AbortController().signal })
  const given = expect(http.fetch(url.href, {})).rejects.toThrow('no answer within ten seconds')
  await clock.advance(seconds(11))
  await given
})

test('a hub that sends elsewhere is not followed: what is sent to it is for nobody else', async () => {
  const asked: string[] = []
  const elsewhere = await serve((request, response) => {
    asked.push(request.url ?? '')
    response.end('{}')
  })
  const url = await serve((_request, response) => response.writeHead(307, { location: elsewhere.href }).end())
  await using http = createHttp({ clock: new VirtualClock(), signal: new AbortController().signal })
  expect((await http.fetch(url.href, { method: 'POST', body: 'refresh_token=hush' })).status).toBe(307)
  expect(asked).toEqual([])
})

test('an answer without end is cut off', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => {
      if (response.write(Buffer.alloc(65_536))) setImmediate(more)
      else response.once('drain', more)
    }
    more()
  })
  await using http = createHttp({ clock: new VirtualClock(), signal: new AbortController().signal })
  await expect(http.fetch(url.href, {})).rejects.toThrow()
})
