// What `latchkey mock-hub` says. Pure: facts in, lines out.
import type { MockHub } from './api.ts'
import type { ShownCode } from './codes.ts'

type Ready = Pick<MockHub, 'issuer' | 'mqttUrl' | 'webSocketUrl' | 'controlUrl' | 'owner'>

export function formatReady({ issuer, mqttUrl, webSocketUrl, controlUrl, owner }: Ready, json: boolean): string {
  const { origin: url } = issuer
  if (json) {
    const urls = { mqtt: mqttUrl.href, webSocket: webSocketUrl.href, control: controlUrl.href }
    return JSON.stringify({ event: 'ready', issuer: url, ...urls, owner })
  }
  return [
    `Issuer     ${url}`,
    `MQTT       ${mqttUrl.href}`,
    `WebSocket  ${webSocketUrl.href}`,
    `Control    ${controlUrl.href}…   (see --help)`,
    `Sign in as ${owner.name}, password "${owner.password}"`,
  ].join('\n')
}

const WORDS: Readonly<Record<ShownCode['state'], (code: ShownCode) => string>> = {
  waiting: ({ clientId, userCode, verificationUriComplete }) =>
    `${clientId} asks to be let in: ${userCode}   ${verificationUriComplete}`,
  approved: ({ clientId, userCode }) => `${clientId} may come in: ${userCode} was approved`,
  denied: ({ clientId, userCode }) => `${clientId} stays out: ${userCode} was denied`,
  granted: ({ clientId }) => `${clientId} is in`,
}

export const formatCode = (code: ShownCode, json: boolean): string =>
  json ? JSON.stringify({ event: 'code', ...code }) : WORDS[code.state](code)
