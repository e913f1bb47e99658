import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { RequestHandler } from 'express'
import { encodingFor } from './sendHtml.ts'

const folders = [join(import.meta.dirname, '../assets'), join(import.meta.dirname, '../browser')]
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
const alreadyCompressed = new Set(['.woff2'])
const yearSeconds = 31_536_000
const plainNameSeconds = 300

type Asset = { type: string; tag: string; bodies: { identity: Buffer; br?: Buffer; gzip?: Buffer } }

export type Assets = {
  /** The address of an asset by its plain name: its content is in the address, so it may be kept for ever. Throws for a name that there is none of. */
  url(name: string): string
  serve: RequestHandler
}

/**
 * Reads and compresses every asset once. Under its hashed name an asset never changes; under its plain name (`patchwork.css`), which the sign-in pages of
 * the identity service ask for, it is kept for five minutes.
 */
export const openAssets = async (): Promise<Assets> => {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => extname(name) in types)
      .map((name) => ({ name, path: join(folder, name) })),
  )
  const isStyle = ({ name }: { name: string }) => extname(name) === '.css'
  const read = async (from: typeof files, prepare: (content: Buffer) => Buffer) =>
    Promise.all(from.map(async ({ name, path }) => [name, await readAsset(name, prepare(readFileSync(path)))] as const))
  const others = new Map(
    await read(
      files.filter((file) => !isStyle(file)),
      (content) => content,
    ),
  )
  const styles = await read(files.filter(isStyle), (content) => Buffer.from(withHashedNames(content.toString(), others)))
  const byName = new Map([...others, ...styles])
  const byHashedName = new Map([...byName].map(([name, asset]) => [hashed(name, asset), asset]))
  return {
    url: (name) => {
      const asset = byName.get(name)
      if (!asset) throw new Error(`There is no asset ${name}`)
      return `/assets/${hashed(name, asset)}`
    },
    serve: (request, response, next) => {
      const name = request.path.slice(1)
      const asset = byHashedName.get(name) ?? byName.get(name)
      if (!asset || (request.method !== 'GET' && request.method !== 'HEAD')) return next()
      response.set('Cache-Control', byHashedName.has(name) ? `public, max-age=${yearSeconds}, immutable` : `public, max-age=${plainNameSeconds}`)
      response.set('ETag', `"${asset.tag}"`)
      response.vary('Accept-Encoding')
      if (request.fresh) return void response.status(304).end()
      const encoding = asset.bodies.br ? encodingFor(request) : 'identity'
      if (encoding !== 'identity') response.set('Content-Encoding', encoding)
      response.type(asset.type).end(asset.bodies[encoding])
    },
  }
}

const hashed = (name: string, { tag }: Asset): string => `${name.slice(0, -extname(name).length)}-${tag}${extname(name)}`

/** A style sheet that asks for its fonts and pictures by the names under which they never change. */
const withHashedNames = (css: string, assets: ReadonlyMap<string, Asset>): string =>
  css.replaceAll(/url\("?([\w.-]+)"?\)/g, (whole, name: string) => {
    const asset = assets.get(name)
    return asset ? `url(${hashed(name, asset)})` : whole
  })

const readAsset = async (name: string, identity: Buffer): Promise<Asset> => {
  const tag = createHash('sha256').update(identity).digest('hex').slice(0, 12)
  const type = types[extname(name)]!
  if (alreadyCompressed.has(extname(name))) return { type, tag, bodies: { identity } }
  const [br, zipped] = await Promise.all([
    promisify(brotliCompress)(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    promisify(gzip)(identity, { level: 9 }),
  ])
  return { type, tag, bodies: { identity, br, gzip: zipped } }
}
