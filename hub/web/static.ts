// The built phone page, read once and kept compressed: it is a few dozen kilobytes.
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}

interface Asset {
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
  readonly etag: string
  readonly cacheControl: string
}

/** Serves what `vite build` made of hub/web/page. Throws where it was not built. */
export function servePage(folder: string): Hono {
  const assets = readAssets(folder)
  const pages = new Hono()
  for (const [path, asset] of assets) {
    pages.get(path, (c) => {
      const { type, etag, cacheControl, plain, gzipped } = asset
      const headers = { 'content-type': type, vary: 'accept-encoding', etag, 'cache-control': cacheControl }
      if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
      if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(plain, 200, headers)
      return c.body(gzipped, 200, { ...headers, 'content-encoding': 'gzip' })
    })
  }
  return pages
}

function readAssets(folder: string): Map<string, Asset> {
  const files = listFiles(folder)
  if (!files.includes(join(folder, 'index.html'))) {
    throw new Error(`Cannot serve the phone page as it must be built into ${folder}: run "npm run page"`)
  }
  return new Map(
    files.map((file) => {
      const path = `/${relative(folder, file).split(sep).join('/')}`
      const content = readFileSync(file)
      const asset = {
        type: TYPES[extname(file)] ?? 'application/octet-stream',
        plain: new Uint8Array(content),
        gzipped: new Uint8Array(gzipSync(content, { level: 9 })),
        etag: `"${hash('sha256', content, 'base64url').slice(0, 22)}"`,
        // Vite puts a hash of the content into the names below /assets/.
        cacheControl: path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      }
      return [path === '/index.html' ? '/' : path, asset]
    }),
  )
}

function listFiles(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch {
    return []
  }
}
