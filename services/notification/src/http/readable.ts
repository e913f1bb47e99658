import { InvalidRequestError } from '@patchwork/http'

/** Reads a page; an `after` that this list never gave is the caller's mistake and not ours. Throws InvalidRequestError. */
export const readable = async <Page>(read: Promise<Page>): Promise<Page> =>
  read.catch((error: unknown) => {
    if ((error as { code?: unknown } | null)?.code !== 'invalid-query') throw error
    throw new InvalidRequestError('/after', 'invalid-after', 'Use the after that the page before gave, with the same query.')
  })
