import type { OpenedPlace } from './openPlace.ts'

/** What is mounted but is no API: the pages, and the OpenID Connect provider, whose own document says what it serves. */
const notApis = ['/', '/identity']

export type ApiDocument = {
  mountPath: string
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, { operationId: string; 'x-policy': string }>>
}

/** The OpenAPI document of each API of the place. Throws where something is mounted that has none and is not known to need none. */
export const apiDocuments = async ({ place, anyone }: Pick<OpenedPlace, 'place' | 'anyone'>): Promise<ApiDocument[]> => {
  const paths = place.services.flatMap(({ mounts }) => mounts.map(({ path }) => path)).filter((path) => !notApis.includes(path))
  return Promise.all(
    paths.map(async (mountPath) => {
      const { status, body } = await anyone<ApiDocument>('GET', `${mountPath}/openapi.json`)
      if (status !== 200) throw new Error(`${mountPath} has no OpenAPI document: ${status}`)
      return { ...body, mountPath }
    }),
  )
}
