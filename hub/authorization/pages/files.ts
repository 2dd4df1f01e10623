// What the pages are made of besides their text.
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import type { Requests } from './requests.ts'

const FILES = [
  ['/pages.css', 'text/css; charset=utf-8'],
  ['/copy.js', 'text/javascript; charset=utf-8'],
  ['/invitation.js', 'text/javascript; charset=utf-8'],
  ['/passkey.js', 'text/javascript; charset=utf-8'],
  ['/setup.js', 'text/javascript; charset=utf-8'],
] as const

export const STYLE_SHEET = FILES[0][0]

export function pageFiles(): Hono<Requests> {
  const files = new Hono<Requests>()
  for (const [path, type] of FILES) {
    const text = readFileSync(new URL(`.${path}`, import.meta.url), 'utf8')
    files.get(path, (c) => c.body(text, 200, { 'content-type': type, 'cache-control': 'no-cache' }))
  }
  return files
}
